#include "projections/people/people.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

using namespace trunkline;
using namespace trunkline::people;

namespace {

class MemoryPeople final : public PeopleRows {
 public:
  Ties& ties(const std::string& key) override { return ties_[key]; }
  Peers& peers(const std::string& key) override { return peers_[key]; }

  void fold(const std::vector<LinkStatement>& links, const std::vector<UnlinkStatement>& unlinks) {
    for (const auto& link : links) ties(link.a), ties(link.b);
    LinkChanges changes = state_links(*this, links, unlinks);
    settle_hubs(*this, changes);
    std::set<std::string> reached;
    for (const auto& contact : changes.regroup) {
      reached.insert(contact);
      reached.insert(ties(contact).group.begin(), ties(contact).group.end());
    }
    regroup(*this, std::vector<std::string>{reached.begin(), reached.end()});
  }
  bool operator==(const MemoryPeople& other) const { return ties_ == other.ties_ && peers_ == other.peers_; }
  std::vector<std::string> group(const std::string& key) {
    return ties(key).group.empty() ? std::vector<std::string>{key} : ties(key).group;
  }

 private:
  std::map<std::string, Ties> ties_;
  std::map<std::string, Peers> peers_;
};

struct Story {
  std::vector<LinkStatement> links;
  std::vector<UnlinkStatement> unlinks;
};

// The rules once more, from the whole story, in the simplest form.
class Oracle {
 public:
  explicit Oracle(const Story& story) : story_(story) {}

  bool live(const std::string& a, const std::string& b) const {
    return std::any_of(story_.links.begin(), story_.links.end(), [&](const LinkStatement& link) {
      const bool between = (link.a == a && link.b == b) || (link.a == b && link.b == a);
      return between && std::none_of(story_.unlinks.begin(), story_.unlinks.end(), [&](const auto& unlink) {
               if (unlink.contact != a && unlink.contact != b) return false;
               const bool outranks = unlink.by == StatedBy::person && link.by == StatedBy::inferred;
               return outranks || unlink.stamp >= link.stamp;
             });
    });
  }
  bool shared(const std::string& contact, const std::vector<std::string>& all) const {
    std::map<char, int> of_kind;
    for (const auto& peer : all)
      if (peer != contact && live(contact, peer) && ++of_kind[peer.front()] > 8) return true;
    return false;
  }
  std::vector<std::string> group(const std::string& contact, const std::vector<std::string>& all) const {
    std::set<std::string> members{contact};
    std::vector<std::string> todo;
    if (!shared(contact, all)) todo.push_back(contact);
    while (!todo.empty()) {
      const std::string at = todo.back();
      todo.pop_back();
      for (const auto& peer : all)
        if (peer != at && live(at, peer) && !shared(peer, all) && members.insert(peer).second)
          todo.push_back(peer);
    }
    return {members.begin(), members.end()};
  }

 private:
  const Story& story_;
};

std::vector<std::string> contacts(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back((i % 3 == 0 ? "e_" : "p_") + std::to_string(100 + i));
  std::sort(all.begin(), all.end());
  return all;
}

Story random_story(std::mt19937_64& random, const std::vector<std::string>& all) {
  Story story;
  const auto pick = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
  const std::size_t hub = pick(all.size());
  const std::size_t statements = 5 + pick(60);
  for (std::size_t i = 0; i < statements; ++i) {
    const Stamp stamp{static_cast<std::int64_t>(pick(20)), i};  // equal times are frequent
    const StatedBy by = pick(3) == 0 ? StatedBy::person : StatedBy::inferred;
    if (pick(7) == 0) {
      story.unlinks.push_back({all[pick(all.size())], by, stamp});
    } else {
      const std::string a = all[pick(2) == 0 ? hub : pick(all.size())];
      story.links.push_back({a, all[pick(all.size())], by, stamp});
    }
  }
  return story;
}

// Every statement twice, in a random order, in batches of random size.
void fold_shuffled(MemoryPeople& people, const Story& story, std::mt19937_64& random) {
  std::vector<std::size_t> order;
  const std::size_t total = story.links.size() + story.unlinks.size();
  for (std::size_t i = 0; i < 2 * total; ++i) order.push_back(i % total);
  std::shuffle(order.begin(), order.end(), random);
  Story batch;
  for (const std::size_t i : order) {
    if (i < story.links.size())
      batch.links.push_back(story.links[i]);
    else
      batch.unlinks.push_back(story.unlinks[i - story.links.size()]);
    if (random() % 4 != 0) continue;
    people.fold(batch.links, batch.unlinks);
    batch = {};
  }
  people.fold(batch.links, batch.unlinks);
}

std::uint64_t seed() {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  return stated != nullptr ? std::strtoull(stated, nullptr, 10) : std::random_device{}();
}

LinkStatement link(std::string a, std::string b, StatedBy by, std::int64_t time) {
  return {std::move(a), std::move(b), by, {time, 1}};
}

}  // namespace

TEST_CASE("linked contact points are one lead, named after the smallest token") {
  MemoryPeople people;
  people.fold({link("p_2", "e_1", StatedBy::inferred, 1), link("p_2", "v_3", StatedBy::inferred, 2)}, {});
  CHECK(people.group("v_3") == std::vector<std::string>{"e_1", "p_2", "v_3"});
  CHECK(lead_of(people.ties("v_3"), "v_3") == "e_1");
  CHECK(lead_of(people.ties("p_9"), "p_9") == "p_9");
}

TEST_CASE("an un-link voids the links so far and later ones join again") {
  MemoryPeople people;
  people.fold({link("p_1", "e_1", StatedBy::inferred, 5)}, {{"e_1", StatedBy::inferred, {7, 1}}});
  CHECK(people.group("p_1").size() == 1);
  people.fold({link("p_1", "e_1", StatedBy::inferred, 8)}, {});
  CHECK(people.group("p_1").size() == 2);
}

TEST_CASE("a person's un-link outranks inferred links of any time, only a person links again") {
  MemoryPeople people;
  people.fold({link("p_1", "e_1", StatedBy::inferred, 5)}, {{"e_1", StatedBy::person, {2, 1}}});
  CHECK(people.group("p_1").size() == 1);
  people.fold({link("p_1", "e_1", StatedBy::person, 9)}, {});
  CHECK(people.group("p_1").size() == 2);
}

TEST_CASE("a contact point with more than eight peers of one kind joins nobody, until an un-link frees it") {
  MemoryPeople people;
  for (int i = 0; i < 8; ++i) people.fold({link("p_0", "e_" + std::to_string(i), StatedBy::inferred, i)}, {});
  CHECK(people.group("p_0").size() == 9);
  people.fold({link("p_0", "e_8", StatedBy::inferred, 20)}, {});
  CHECK(people.group("p_0").size() == 1);
  CHECK(people.group("e_3").size() == 1);
  people.fold({}, {{"e_8", StatedBy::person, {30, 1}}});
  CHECK(people.group("e_3").size() == 9);
  CHECK(people.group("e_8").size() == 1);
}

TEST_CASE("any order and any repetition of links and un-links gives the components of a brute-force oracle") {
  const std::uint64_t first_seed = seed();
  for (std::uint64_t run = 0; run < 150; ++run) {
    INFO("TRUNKLINE_SEED=", first_seed + run);
    std::mt19937_64 random(first_seed + run);
    const auto all = contacts(4 + random() % 26);
    const Story story = random_story(random, all);
    MemoryPeople people;
    fold_shuffled(people, story, random);
    const Oracle oracle(story);
    for (const std::string& contact : all) REQUIRE(people.group(contact) == oracle.group(contact, all));
  }
}

TEST_CASE(
    "a contact point linked with ever more others forgets them and joins nobody for ever, in any order") {
  const std::uint64_t first_seed = seed();
  for (std::uint64_t run = 0; run < 20; ++run) {
    INFO("TRUNKLINE_SEED=", first_seed + run);
    std::mt19937_64 random(first_seed + run);
    Story story;
    for (int i = 0; i < 100; ++i)  // two hubs, who know each other, and people who know both
      story.links.push_back(
          link(i % 3 == 0 ? "e_info" : "p_desk", "v_" + std::to_string(i % 80), StatedBy::inferred, i));
    for (int i = 0; i < 70; ++i)
      story.links.push_back(link("e_info", "p_" + std::to_string(i), StatedBy::person, i));
    story.links.push_back(link("e_info", "p_desk", StatedBy::person, 50));
    story.links.push_back(link("v_1", "v_2", StatedBy::person, 60));
    story.unlinks.push_back({"v_4", StatedBy::person, {99, 1}});
    story.unlinks.push_back({"e_info", StatedBy::inferred, {40, 1}});
    MemoryPeople one, other;
    fold_shuffled(one, story, random);
    fold_shuffled(other, story, random);
    REQUIRE(one == other);
    CHECK(one.peers("e_info").empty());
    CHECK(one.ties("e_info").hub);
    CHECK(one.group("p_3").size() == 1);
    CHECK(one.group("v_1") == std::vector<std::string>{"v_1", "v_2"});
  }
}
