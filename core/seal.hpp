// Sealing: what is personal in an event leaves its clear document and goes into boxes that only a key opens.
//
//   "personal":{"token":T,"version":1,"box":B64,"others":[{"token":T2,"box":B64}]}
//
// T is whom the event is about. A box is AES-256-GCM (core/crypto.hpp) bound to tenant ‖ 0x00 ‖ event id;
// inside lies
//   {"contacts":{"p_…":"+1555…"},"fields":{"/content":"hello"}}
// the literal of the box's own token, and in T's box every personal field by its JSON pointer into `data`. A
// token that was erased gets no box but "redacted":true, for ever. Where nothing is personal there is no
// member at all.
//
// How a door uses it, for a batch of one tenant's events (two round trips to the key store at most, none when
// known):
//   note_tokens(parts, tokens) for each event → SealingKeys::fetch(…) once → stored_event(…) for each
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/crypto.hpp"
#include "core/keys.hpp"

namespace trunkline {

struct PersonalParts {
  struct Literal {
    Token token;
    std::string value;  // normalised
  };
  struct Field {
    std::string pointer;  // a member of an object in data, "/turns/0/text"; the clear data has the object,
                          // not the member
    std::string json;
  };
  Token owner;                    // T: the first contact's token, else subject_token() of the event
  std::vector<Literal> literals;  // every contact point in data, each token once
  std::vector<Field> fields;
  std::string field_members =
      {};  // more fields, already written as JSON members: "/turns/0/text":"…","/summary":"…"

  bool empty() const { return literals.empty() && fields.empty() && field_members.empty(); }
};

// Appends the tokens whose keys sealing these parts will need.
void note_tokens(const PersonalParts& parts, std::vector<Token>& tokens);

// The keys for a batch of events of one tenant. Wiped when it dies.
class SealingKeys {
 public:
  SealingKeys() = default;
  SealingKeys(SealingKeys&&) = default;
  SealingKeys& operator=(SealingKeys&&) = default;
  ~SealingKeys();
  // Makes missing keys, durably. `tokens` may repeat. Errors: the store's.
  static Result<SealingKeys> fetch(KeyStore& store, const TenantId& tenant, std::vector<Token> tokens);
  // nullptr: erased. Asking for a token that was not fetched is a bug and throws.
  const SecretKey* key(const Token& token) const;

 private:
  std::unordered_map<Token, std::optional<SecretKey>> keys_;
};

// What will lie in the boxes: made once, hashed and sealed.
struct Plaintext {
  Token token;
  std::string json;
};
std::vector<Plaintext> plaintexts(const PersonalParts& parts);  // the owner's first, the others by token

// The JSON text of the member `personal`; empty when there are no plaintexts.
std::string seal(const std::vector<Plaintext>& plain, const Token& owner, const SealingKeys& keys,
                 std::string_view tenant, std::string_view event_id);

// 32 hex digits: HMAC under the tenant's secret over the clear document (without recordedtime and
// contenthash), 0x00 and each plaintext. Of the statement as it was made, so an erased one keeps its place in
// every order.
std::string content_hash(const Hmac& tenant_secret, std::span<const std::string_view> clear,
                         const std::vector<Plaintext>& plain);

}  // namespace trunkline
