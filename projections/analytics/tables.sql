-- What happened, summed by UTC quarter-hour, channel and agent; days and hours of any time zone follow from it in SQL.
-- Calls and conversations are rows of their own, other facts are packed, so that a changed fact takes out exactly what
-- it had put in. `packed` columns hold a row's whole state with the stamps of its statements.

CREATE TABLE calls (
  tenant          text COLLATE "C" NOT NULL,
  call            text COLLATE "C" NOT NULL,  -- the smallest id of a physical call that several providers told of
  contact         text COLLATE "C",           -- a token: /v1/leads/{token}
  at              timestamptz NOT NULL,       -- when it started
  status          text COLLATE "C",
  direction       text COLLATE "C",
  call_type       text COLLATE "C",
  provider        text COLLATE "C",
  agent_id        text COLLATE "C",
  script_id       text COLLATE "C",
  prompt_variant  text COLLATE "C",
  campaign        text COLLATE "C",
  conversation_id text COLLATE "C",
  disposition     text COLLATE "C",
  outcome         text COLLATE "C",
  intent          text COLLATE "C",
  answered        boolean NOT NULL,
  duration_ms     bigint,
  wait_ms         bigint,
  sentiment       double precision,           -- -1 to 1
  rating          bigint,                     -- 1 to 5
  packed          bytea NOT NULL,
  PRIMARY KEY (tenant, call)
);
CREATE INDEX calls_by_time ON calls (tenant, at, call);
COMMENT ON INDEX calls_by_time IS 'queries only';

-- Every id of a call that has several.
CREATE TABLE call_ids (
  tenant text COLLATE "C" NOT NULL,
  id     text COLLATE "C" NOT NULL,
  call   text COLLATE "C" NOT NULL,
  packed bytea NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE conversations (
  tenant       text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  at           timestamptz NOT NULL,          -- when it started
  ended_at     timestamptz,
  channel      text COLLATE "C" NOT NULL,     -- '' where none was stated
  agent_id     text COLLATE "C" NOT NULL,
  status       text COLLATE "C",
  messages_in  bigint NOT NULL,
  messages_out bigint NOT NULL,
  rating       bigint,
  packed       bytea NOT NULL,                -- with the moments of its messages, for who waited how long
  PRIMARY KEY (tenant, conversation)
) WITH (fillfactor = 70);

-- Messages, appointments, conversions, captures, reviews and analyses: nobody lists them here.
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
  attempts               bigint NOT NULL,          -- outbound calls started
  calls_ended            bigint NOT NULL,
  offered                bigint NOT NULL,          -- inbound calls that ended
  offered_answered       bigint NOT NULL,          -- of those, answered
  answered               bigint NOT NULL,
  reached                bigint NOT NULL,          -- a person was reached, by disposition
  missed                 bigint NOT NULL,
  voicemail              bigint NOT NULL,
  no_answer              bigint NOT NULL,
  busy                   bigint NOT NULL,
  failed                 bigint NOT NULL,
  transferred            bigint NOT NULL,
  handed_off             bigint NOT NULL,          -- transferred, or the outcome was escalate
  talk_ms                bigint NOT NULL,          -- of answered calls
  waited                 bigint NOT NULL,          -- calls that say how long they waited
  wait_ms                bigint NOT NULL,
  messages_in            bigint NOT NULL,
  messages_out           bigint NOT NULL,
  conversations          bigint NOT NULL,          -- a voice conversation is its call
  resolved               bigint NOT NULL,
  resolved_by_ai         bigint NOT NULL,          -- no human took part
  escalated              bigint NOT NULL,
  abandoned              bigint NOT NULL,
  handled                bigint NOT NULL,          -- conversations with an end
  handle_us              bigint NOT NULL,          -- from their start to their end
  replies                bigint NOT NULL,          -- to a waiting person, by AI or human
  reply_us               bigint NOT NULL,          -- since the first message not yet answered
  first_ai               bigint NOT NULL,
  first_ai_us            bigint NOT NULL,          -- from the first message to the first answer by AI
  first_human            bigint NOT NULL,
  first_human_us         bigint NOT NULL,
  fallbacks              bigint NOT NULL,          -- answers that had none
  ratings                bigint NOT NULL,
  rating_sum             bigint NOT NULL,
  ratings_good           bigint NOT NULL,          -- 4 and 5
  thumbs_up              bigint NOT NULL,
  thumbs_down            bigint NOT NULL,
  sentiments             bigint NOT NULL,
  sentiment_e4           bigint NOT NULL,          -- in 1/10000
  confidences            bigint NOT NULL,
  confidence_e4          bigint NOT NULL,
  reviews                bigint NOT NULL,
  intents_reviewed       bigint NOT NULL,
  intents_right          bigint NOT NULL,
  answers_reviewed       bigint NOT NULL,
  answers_right          bigint NOT NULL,
  relevances             bigint NOT NULL,
  relevance_e4           bigint NOT NULL,
  outcome_positive       bigint NOT NULL,          -- of calls, and of every analysis of a conversation
  outcome_neutral        bigint NOT NULL,
  outcome_negative       bigint NOT NULL,
  outcome_escalate       bigint NOT NULL,
  appointments_booked    bigint NOT NULL,
  appointments_cancelled bigint NOT NULL,
  appointments_completed bigint NOT NULL,
  appointments_no_show   bigint NOT NULL,
  conversions            bigint NOT NULL,          -- without reversed ones
  leads_captured         bigint NOT NULL,          -- contact points, at their first capture
  PRIMARY KEY (tenant, quarter, channel, agent)
) WITH (fillfactor = 70);

-- Calls and conversations by what they were found to be: dispositions, outcomes, intents, actions, prompt variants.
CREATE TABLE words (
  tenant        text COLLATE "C" NOT NULL,
  quarter       timestamptz NOT NULL,
  channel       text COLLATE "C" NOT NULL,
  agent         text COLLATE "C" NOT NULL,
  what          text COLLATE "C" NOT NULL,
  word          text COLLATE "C" NOT NULL,
  calls         bigint NOT NULL,
  conversations bigint NOT NULL,
  PRIMARY KEY (tenant, quarter, channel, agent, what, word)
);
