-- The lead desk's rows. Facts are packed (facts.hpp draws them); everything else follows from them.

CREATE TABLE leads (
  tenant            text COLLATE "C" NOT NULL,
  contact           text COLLATE "C" NOT NULL,  -- the token of the contact point that the events named first
  stage             text COLLATE "C",
  source            text COLLATE "C",
  first_seen        timestamptz NOT NULL,
  last_contact      timestamptz,
  calls             bigint NOT NULL,
  answered          bigint NOT NULL,
  talk_ms           bigint NOT NULL,
  messages_in       bigint NOT NULL,
  messages_out      bigint NOT NULL,
  first_response_ms bigint,
  touches           bigint NOT NULL,
  value_e4          bigint NOT NULL,            -- 1/10000 of the tenant's currency
  converted_at      timestamptz,
  facts             bytea NOT NULL,
  segments          bytea NOT NULL,             -- where the facts of a long thread lie, and what they sum up to
  PRIMARY KEY (tenant, contact)
) WITH (fillfactor = 80, toast_tuple_target = 8160);
ALTER TABLE leads ALTER COLUMN facts SET STORAGE EXTERNAL, ALTER COLUMN segments SET STORAGE EXTERNAL;

-- Calls, messages and appointments of contacts that have more than 256 of them.
CREATE TABLE lead_segments (
  tenant  text COLLATE "C" NOT NULL,
  contact text COLLATE "C" NOT NULL,
  segment bigint NOT NULL,
  facts   bytea NOT NULL,
  PRIMARY KEY (tenant, contact, segment)
) WITH (fillfactor = 80, toast_tuple_target = 8160);
ALTER TABLE lead_segments ALTER COLUMN facts SET STORAGE EXTERNAL;

CREATE TABLE agent_day (
  tenant      text COLLATE "C" NOT NULL,
  agent       text COLLATE "C" NOT NULL,
  day         date NOT NULL,                    -- UTC
  calls       bigint NOT NULL,
  answered    bigint NOT NULL,
  talk_ms     bigint NOT NULL,
  conversions bigint NOT NULL,
  PRIMARY KEY (tenant, agent, day)
) WITH (fillfactor = 50);

CREATE TABLE channel_hour (
  tenant   text COLLATE "C" NOT NULL,
  channel  text COLLATE "C" NOT NULL,
  day      date NOT NULL,                       -- UTC
  hour     bigint NOT NULL,                     -- 0 to 23
  inbound  bigint NOT NULL,
  outbound bigint NOT NULL,
  PRIMARY KEY (tenant, channel, day, hour)
) WITH (fillfactor = 50);

CREATE TABLE attribution (
  tenant      text COLLATE "C" NOT NULL,
  campaign    text COLLATE "C" NOT NULL,        -- (none): no touch came before the conversion
  conversions bigint NOT NULL,
  value_e4    bigint NOT NULL,
  PRIMARY KEY (tenant, campaign)
) WITH (fillfactor = 50);
