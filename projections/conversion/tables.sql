-- Facts with what they cost or were worth, contact points with what they did, the leads that follow from them, and
-- what came before each conversion. Nothing here depends on a time zone, a pipeline, a window or a model of attribution:
-- those are chosen when asked (views.sql).

CREATE TABLE facts (
  tenant      text COLLATE "C" NOT NULL,
  family      text COLLATE "C" NOT NULL,      -- call, call_cost, appointment, conversion, cost
  subject     text COLLATE "C" NOT NULL,
  contact     text COLLATE "C",               -- the token that it named last; NULL: waits for one
  at          timestamptz NOT NULL,
  counted     boolean NOT NULL,               -- a conversion that was recorded and not reversed; a cost
  value_e4    bigint,                         -- a conversion's worth, else what it cost, in 1/10000 units
  currency    text COLLATE "C",
  kind        text COLLATE "C",
  channel     text COLLATE "C",
  agent_id    text COLLATE "C",
  script_id   text COLLATE "C",
  campaign    text COLLATE "C",
  source      text COLLATE "C",
  reason      text COLLATE "C",
  reversed_at timestamptz,
  starts_at   timestamptz,                    -- a cost's period
  ends_at     timestamptz,
  packed      bytea NOT NULL,                 -- the whole state, with the stamps of its statements
  PRIMARY KEY (tenant, subject, family)
) WITH (fillfactor = 90);
CREATE INDEX facts_with_money ON facts (tenant, at) WHERE value_e4 IS NOT NULL;
COMMENT ON INDEX facts_with_money IS 'queries only';

-- Every id of a call that has several; it stands under the one that is `call`, its costs each under its own.
CREATE TABLE call_ids (
  tenant text COLLATE "C" NOT NULL,
  id     text COLLATE "C" NOT NULL,
  call   text COLLATE "C" NOT NULL,
  packed bytea NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE contacts (
  tenant  text COLLATE "C" NOT NULL,
  contact text COLLATE "C" NOT NULL,
  lead    text COLLATE "C" NOT NULL,          -- the smallest token among the members
  packed  bytea NOT NULL,                     -- ties, and an entry for each thing said or done
  PRIMARY KEY (tenant, contact)
) WITH (fillfactor = 70);

-- Whom each capture, stage and touch was said of last: said again of somebody else, it is no longer the first one's.
CREATE TABLE statements (
  tenant    text COLLATE "C" NOT NULL,
  statement bigint NOT NULL,                  -- hash of its identity, as in contacts.packed
  contact   text COLLATE "C" NOT NULL,
  at_us     bigint NOT NULL,                  -- stamp of the newest
  tie       bigint NOT NULL,
  PRIMARY KEY (tenant, statement)
);

-- Every contact point that one was ever linked with, in both directions, with the stamps of links and un-links.
CREATE TABLE peers (
  tenant  text COLLATE "C" NOT NULL,
  contact text COLLATE "C" NOT NULL,
  packed  bytea NOT NULL,
  PRIMARY KEY (tenant, contact)
);

CREATE TABLE leads (
  tenant           text COLLATE "C" NOT NULL,
  lead             text COLLATE "C" NOT NULL,
  members          bigint NOT NULL,
  visitors         bigint NOT NULL,           -- members that are visitor ids
  known_at         timestamptz,               -- captured, else first seen
  captured_at      timestamptz,
  source           text COLLATE "C",          -- of the first capture, as are the next three
  campaign         text COLLATE "C",
  channel          text COLLATE "C",
  agent_id         text COLLATE "C",
  own_call         boolean NOT NULL,          -- captured in a call or conversation of their own
  initial_value_e4 bigint,
  currency         text COLLATE "C",          -- of the initial value
  attempt_at       timestamptz,               -- first outbound call or message, from known_at on
  reached_at       timestamptz,               -- first time connected with a person, or wrote
  response_at      timestamptz,               -- the same from known_at on; NULL for who was reached before, or by the capture
  talked_at        timestamptz,               -- first call answered or message from them
  booked_at        timestamptz,               -- first appointment made
  converted_at     timestamptz,
  conversions      bigint NOT NULL,           -- without reversed ones
  touches          bigint NOT NULL,
  stage            text COLLATE "C" NOT NULL,
  stages           text NOT NULL,             -- JSON: each stage stated, when first (microseconds)
  steps            text NOT NULL,             -- JSON: each kind of touch, when first (microseconds)
  PRIMARY KEY (tenant, lead)
) WITH (fillfactor = 70);
CREATE INDEX leads_by_time ON leads (tenant, known_at);
COMMENT ON INDEX leads_by_time IS 'queries only';

CREATE TABLE journeys (
  tenant     text COLLATE "C" NOT NULL,
  conversion text COLLATE "C" NOT NULL,
  touches    text NOT NULL,                   -- JSON, oldest first: at, kind, channel, agent_id, script_id, campaign, source
  PRIMARY KEY (tenant, conversion)
);
