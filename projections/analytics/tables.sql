-- What happened, summed by UTC quarter-hour, channel and agent; days and hours of any time zone follow from it in SQL.
-- Facts are kept packed beside it, so that a changed fact takes out exactly what it had put in.

CREATE TABLE facts (
  tenant  text COLLATE "C" NOT NULL,
  family  text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  packed  bytea NOT NULL,
  PRIMARY KEY (tenant, family, subject)
);

CREATE TABLE quarters (
  tenant                 text COLLATE "C" NOT NULL,
  quarter                timestamptz NOT NULL,      -- when it began; a call counts where it started
  channel                text COLLATE "C" NOT NULL, -- '' where none was stated
  agent                  text COLLATE "C" NOT NULL,
  calls_started          bigint NOT NULL,
  calls_inbound          bigint NOT NULL,
  attempts               bigint NOT NULL,           -- outbound calls started
  calls_ended            bigint NOT NULL,
  answered               bigint NOT NULL,
  missed                 bigint NOT NULL,
  voicemail              bigint NOT NULL,
  no_answer              bigint NOT NULL,
  busy                   bigint NOT NULL,
  failed                 bigint NOT NULL,
  transferred            bigint NOT NULL,
  talk_ms                bigint NOT NULL,           -- of answered calls
  messages_in            bigint NOT NULL,
  messages_out           bigint NOT NULL,
  conversations          bigint NOT NULL,           -- on other channels than voice
  resolved               bigint NOT NULL,
  escalated              bigint NOT NULL,
  abandoned              bigint NOT NULL,
  outcome_positive       bigint NOT NULL,           -- of calls, and of every analysis of a conversation
  outcome_neutral        bigint NOT NULL,
  outcome_negative       bigint NOT NULL,
  outcome_escalate       bigint NOT NULL,
  appointments_booked    bigint NOT NULL,
  appointments_cancelled bigint NOT NULL,
  conversions            bigint NOT NULL,           -- without reversed ones
  value_e4               bigint NOT NULL,           -- money in 1/10000 units
  leads_captured         bigint NOT NULL,           -- contact points, at their first capture
  PRIMARY KEY (tenant, quarter, channel, agent)
);
