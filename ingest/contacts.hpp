// The contact points of one event: each literal becomes its token, and the envelope learns whom the event is
// about.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/contact.hpp"
#include "core/stored_event.hpp"
#include "schemas/judge.hpp"

namespace trunkline {

class Contacts final : public ContactSink {
 public:
  // `type` and `subject` are the event's: whose contact is hidden gets one derived from them.
  Contacts(const Hmac& tenant_secret, std::string_view type, std::string_view subject)
      : secret_(tenant_secret), family_(type.substr(0, type.find('.'))), subject_(subject) {}
  Result<std::string_view> token(ContactKind kind, std::string_view literal,
                                 std::string_view pointer) override;

  // After every literal was seen: fills the envelope's contacts and whom the parts belong to.
  void settle(json::Object data, Envelope& envelope, PersonalParts& parts);

 private:
  struct Named {
    ContactKind kind;
    Token token;
  };
  // Those stated under one member of data, in the order phone, e-mail, visitor, subject.
  static void list(std::vector<Named>& named, std::vector<Token>& contacts);
  void take_given(std::optional<json::Object> contact, std::vector<Named>& named);
  void note(const Token& token, ContactKind kind, std::string_view pointer);
  const Token* lead_of_call(json::Object data) const;

  const Hmac& secret_;
  std::string_view family_, subject_;
  std::vector<PersonalParts::Literal> literals_;
  std::vector<Named> contact_, other_;
  Token from_, to_, withheld_;
};

}  // namespace trunkline
