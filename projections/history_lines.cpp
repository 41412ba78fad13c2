#include "projections/history_lines.hpp"

#include "core/open.hpp"

namespace trunkline {
namespace {

ContactKind kind_of(std::string_view contact) {
  if (contact.find('@') != std::string_view::npos) return ContactKind::email;
  const bool number = contact.find_first_of("+(0123456789") == 0;
  return number ? ContactKind::phone : ContactKind::visitor;
}

}  // namespace

Result<bool> HistoryLines::append_next(std::string& out, const HistoryReader::Room& room) {
  const auto found = reader_.next(room);
  if (!found) return found.error();
  lines_ += found->records.size();
  if (shape_ == Shape::opened) {
    if (auto status = append_opened(out, found->records); !status) return status.error();
  } else {
    for (std::size_t i = 0; i < found->records.size(); ++i)
      out.append(found->records[i].document).push_back('\n');
  }
  return found->looked_on;
}

Status HistoryLines::append_opened(std::string& out, const RecordBatch& records) {
  std::vector<std::string_view> documents;
  for (std::size_t i = 0; i < records.size(); ++i) documents.push_back(records[i].document);
  const auto opened = open_documents(keys_, documents);
  if (!opened) return opened.error();
  for (std::size_t i = 0; i < opened->size(); ++i) {
    const Position behind{position().partition, records[i].offset + 1};
    out.append("{\"position\":\"").append(trunkline::position_text(log_.id(), behind)).append("\",");
    out.append((*opened)[i], 1).push_back('\n');  // behind its brace
  }
  return done();
}

Result<Token> token_of_contact(KeyStore& keys, const TenantId& tenant, std::string_view contact) {
  if (kind_of_token(contact)) return Token{std::string{contact}};
  constexpr std::string_view visitor = "visitor:";
  const bool stated = contact.starts_with(visitor);
  if (stated) contact.remove_prefix(visitor.size());
  const ContactKind kind = stated ? ContactKind::visitor : kind_of(contact);
  const auto value = normalise(kind, contact);
  if (!value)
    return rejected("query",
                    "contact: a telephone number with + and its country, an e-mail address, a token "
                    "(p_…), or visitor:ID");
  const auto secret = keys.tenant_secret(tenant);
  if (!secret) return secret.error();
  return token_of(Hmac(*secret), kind, *value);
}

}  // namespace trunkline
