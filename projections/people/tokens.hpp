// The contact points that an event names.
#pragma once
#include <string_view>

namespace trunkline::people {

// Calls visit(token) for each token of an envelope's `contacts`, in order.
template <class Visit>
void for_each_token(std::string_view contacts, Visit visit) {
  while (!contacts.empty()) {
    const std::size_t end = contacts.find(' ');
    visit(contacts.substr(0, end));
    contacts.remove_prefix(end == std::string_view::npos ? contacts.size() : end + 1);
  }
}

}  // namespace trunkline::people
