-- Facts, contact points, who is who, and the leads that follow from them. `packed` columns hold a row's whole state
-- with the stamps of its statements; every other column can be derived from it and from the rows above it.

CREATE TABLE facts (
  tenant          text COLLATE "C" NOT NULL,
  family          text COLLATE "C" NOT NULL,  -- call, message, …; or an event type whose statements are facts themselves
  subject         text COLLATE "C" NOT NULL,
  contact         text COLLATE "C",           -- the token that it named last; NULL: waits for one
  at              timestamptz NOT NULL,       -- when it happened
  moments         bigint NOT NULL,            -- bits of fact.hpp's Moment: for which first and last moments it counts
  kind            text COLLATE "C",
  channel         text COLLATE "C",
  direction       text COLLATE "C",
  status          text COLLATE "C",
  agent_id        text COLLATE "C",
  conversation_id text COLLATE "C",
  disposition     text COLLATE "C",
  outcome         text COLLATE "C",
  campaign        text COLLATE "C",
  stage           text COLLATE "C",
  reason          text COLLATE "C",
  duration_ms     bigint,
  value_e4        bigint,                     -- money in 1/10000 units
  currency        text COLLATE "C",
  starts_at       timestamptz,                -- of an appointment
  ends_at         timestamptz,
  answered        boolean NOT NULL,           -- a call that reached a person
  inherits        boolean NOT NULL,           -- a message that names nobody: it has its conversation's contact
  packed          bytea NOT NULL,
  PRIMARY KEY (tenant, subject, family)       -- subjects differ: the first two tell most rows apart
) WITH (fillfactor = 90);
CREATE INDEX facts_of_contact ON facts (tenant, contact, at, family, subject);
COMMENT ON INDEX facts_of_contact IS 'queries only';  -- and former_moments.cpp's, which asks for it
CREATE INDEX facts_inheriting ON facts (tenant, conversation_id) WHERE inherits;
CREATE INDEX follow_ups_due ON facts (tenant, starts_at, subject) WHERE family = 'followup';
COMMENT ON INDEX follow_ups_due IS 'queries only';

-- Every id of a call that has several; its facts stand under the one that is `call`.
CREATE TABLE call_ids (
  tenant text COLLATE "C" NOT NULL,
  id     text COLLATE "C" NOT NULL,
  call   text COLLATE "C" NOT NULL,
  packed bytea NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX call_ids_of_call ON call_ids (tenant, call);
COMMENT ON INDEX call_ids_of_call IS 'queries only';

-- Sealed parts as they were stored, opened only when they are read. A statement is never changed.
CREATE TABLE texts (
  tenant   text COLLATE "C" NOT NULL,
  family   text COLLATE "C" NOT NULL,
  subject  text COLLATE "C" NOT NULL,
  at       timestamptz NOT NULL,
  tie      bigint NOT NULL,
  type     text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  personal text NOT NULL,
  PRIMARY KEY (tenant, subject, family, at, tie)
);
COMMENT ON INDEX texts_pkey IS 'queries only';  -- a rebuild makes it when the rows are there

CREATE TABLE contacts (
  tenant  text COLLATE "C" NOT NULL,
  contact text COLLATE "C" NOT NULL,
  lead    text COLLATE "C" NOT NULL,          -- the smallest token among the members
  packed  bytea NOT NULL,
  PRIMARY KEY (tenant, contact)
) WITH (fillfactor = 70);
CREATE INDEX contacts_of_lead ON contacts (tenant, lead);
COMMENT ON INDEX contacts_of_lead IS 'queries only';

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
  stage            text COLLATE "C" NOT NULL,
  stage_reason     text,
  source           text COLLATE "C",
  line_type        text COLLATE "C",
  first_name       text,                      -- opened, as are the other names and literals; NULL once erased
  last_name        text,
  phone            text,
  email            text,
  business_type    text COLLATE "C",
  business_name    text,
  city             text,
  state            text,
  region           text COLLATE "C",
  time_zone        text COLLATE "C",
  intent           text COLLATE "C",
  assigned_to      text COLLATE "C",
  campaign         text COLLATE "C",
  temperature      text COLLATE "C",
  vip              boolean NOT NULL,
  opted_out        boolean NOT NULL,
  erased           boolean NOT NULL,
  estimated_participants bigint,
  initial_value_e4 bigint,
  currency         text COLLATE "C",
  first_seen       timestamptz,
  captured_at      timestamptz,
  first_contact    timestamptz,               -- calls and messages, either direction
  last_contact     timestamptz,
  first_call       timestamptz,
  last_call        timestamptz,
  followed_up_at   timestamptz,               -- first outbound call or message
  last_activity    timestamptz,
  converted_at     timestamptz,
  calls            bigint NOT NULL,           -- ended ones
  answered         bigint NOT NULL,
  talk_ms          bigint NOT NULL,
  attempts         bigint NOT NULL,           -- outbound calls started
  messages_in      bigint NOT NULL,
  messages_out     bigint NOT NULL,
  conversations    bigint NOT NULL,
  touches          bigint NOT NULL,
  touch_value_e4   bigint NOT NULL,
  conversions      bigint NOT NULL,           -- without reversed ones
  value_e4         bigint NOT NULL,
  appointments     bigint NOT NULL,           -- without cancelled ones
  listings_viewed  bigint NOT NULL,           -- distinct ones; from here on what a score is made of
  mortgage_approved boolean NOT NULL,
  has_deposit      boolean NOT NULL,
  budget_known     boolean NOT NULL,
  urgency          text COLLATE "C",
  stated_score     double precision,
  money            text NOT NULL,             -- JSON by currency: touches, converted
  details          text NOT NULL,             -- JSON by group: custom, preferences, requirements, consent, …
  PRIMARY KEY (tenant, lead)
) WITH (fillfactor = 70);
CREATE INDEX leads_by_activity ON leads (tenant, coalesce(last_activity, '-infinity'), lead);
COMMENT ON INDEX leads_by_activity IS 'queries only';
