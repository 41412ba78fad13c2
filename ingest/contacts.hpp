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
  explicit Contacts(const Hmac& tenant_secret) : secret_(tenant_secret) {}
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
  void take_given(std::optional<json::Object> contact, std::vector<Named>& named, const Envelope& envelope);
  const Token* lead_of_call(json::Object data) const;

  const Hmac& secret_;
  std::vector<PersonalParts::Literal> literals_;
  std::vector<Named> contact_, other_;
  Token from_, to_;
};

}  // namespace trunkline
