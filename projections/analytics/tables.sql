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
) WITH (fillfactor = 80);
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
  PRIMARY KEY (tenant, subject, family)
);

-- Most sums of a quarter-hour are 0: they are NULL here, which costs a bit each.
CREATE TABLE quarter_sums (
  tenant                 text COLLATE "C" NOT NULL,
  quarter                timestamptz NOT NULL,      -- when it began; a call counts where it started
  channel                text COLLATE "C" NOT NULL, -- '' where none was stated
  agent                  text COLLATE "C" NOT NULL,
  calls_started          bigint,
  calls_inbound          bigint,
  attempts               bigint,          -- outbound calls started
  calls_ended            bigint,
  offered                bigint,          -- inbound calls that ended
  offered_answered       bigint,          -- of those, answered
  answered               bigint,
  reached                bigint,          -- a person was reached, by disposition
  missed                 bigint,
  voicemail              bigint,
  no_answer              bigint,
  busy                   bigint,
  failed                 bigint,
  transferred            bigint,
  handed_off             bigint,          -- transferred, or the outcome was escalate
  talk_ms                bigint,          -- of answered calls
  waited                 bigint,          -- calls that say how long they waited
  wait_ms                bigint,
  messages_in            bigint,
  messages_out           bigint,
  conversations          bigint,          -- a voice conversation is its call
  resolved               bigint,
  resolved_by_ai         bigint,          -- no human took part
  escalated              bigint,
  abandoned              bigint,
  handled                bigint,          -- conversations with an end
  handle_us              bigint,          -- from their start to their end
  replies                bigint,          -- to a waiting person, by AI or human
  reply_us               bigint,          -- since the first message not yet answered
  first_ai               bigint,
  first_ai_us            bigint,          -- from the first message to the first answer by AI
  first_human            bigint,
  first_human_us         bigint,
  fallbacks              bigint,          -- answers that had none
  ratings                bigint,
  rating_sum             bigint,
  ratings_good           bigint,          -- 4 and 5
  thumbs_up              bigint,
  thumbs_down            bigint,
  sentiments             bigint,
  sentiment_e4           bigint,          -- in 1/10000
  confidences            bigint,
  confidence_e4          bigint,
  reviews                bigint,
  intents_reviewed       bigint,
  intents_right          bigint,
  answers_reviewed       bigint,
  answers_right          bigint,
  relevances             bigint,
  relevance_e4           bigint,
  outcome_positive       bigint,          -- of calls, and of every analysis of a conversation
  outcome_neutral        bigint,
  outcome_negative       bigint,
  outcome_escalate       bigint,
  appointments_booked    bigint,
  appointments_cancelled bigint,
  appointments_completed bigint,
  appointments_no_show   bigint,
  conversions            bigint,          -- without reversed ones
  leads_captured         bigint,          -- contact points, at their first capture
  PRIMARY KEY (tenant, quarter, channel, agent)
) WITH (fillfactor = 70);

CREATE VIEW quarters AS
SELECT tenant, quarter, channel, agent, coalesce(calls_started, 0) AS calls_started,
       coalesce(calls_inbound, 0) AS calls_inbound, coalesce(attempts, 0) AS attempts,
       coalesce(calls_ended, 0) AS calls_ended, coalesce(offered, 0) AS offered,
       coalesce(offered_answered, 0) AS offered_answered, coalesce(answered, 0) AS answered,
       coalesce(reached, 0) AS reached, coalesce(missed, 0) AS missed, coalesce(voicemail, 0) AS voicemail,
       coalesce(no_answer, 0) AS no_answer, coalesce(busy, 0) AS busy, coalesce(failed, 0) AS failed,
       coalesce(transferred, 0) AS transferred, coalesce(handed_off, 0) AS handed_off, coalesce(talk_ms, 0) AS talk_ms,
       coalesce(waited, 0) AS waited, coalesce(wait_ms, 0) AS wait_ms, coalesce(messages_in, 0) AS messages_in,
       coalesce(messages_out, 0) AS messages_out, coalesce(conversations, 0) AS conversations,
       coalesce(resolved, 0) AS resolved, coalesce(resolved_by_ai, 0) AS resolved_by_ai,
       coalesce(escalated, 0) AS escalated, coalesce(abandoned, 0) AS abandoned, coalesce(handled, 0) AS handled,
       coalesce(handle_us, 0) AS handle_us, coalesce(replies, 0) AS replies, coalesce(reply_us, 0) AS reply_us,
       coalesce(first_ai, 0) AS first_ai, coalesce(first_ai_us, 0) AS first_ai_us,
       coalesce(first_human, 0) AS first_human, coalesce(first_human_us, 0) AS first_human_us,
       coalesce(fallbacks, 0) AS fallbacks, coalesce(ratings, 0) AS ratings, coalesce(rating_sum, 0) AS rating_sum,
       coalesce(ratings_good, 0) AS ratings_good, coalesce(thumbs_up, 0) AS thumbs_up,
       coalesce(thumbs_down, 0) AS thumbs_down, coalesce(sentiments, 0) AS sentiments,
       coalesce(sentiment_e4, 0) AS sentiment_e4, coalesce(confidences, 0) AS confidences,
       coalesce(confidence_e4, 0) AS confidence_e4, coalesce(reviews, 0) AS reviews,
       coalesce(intents_reviewed, 0) AS intents_reviewed, coalesce(intents_right, 0) AS intents_right,
       coalesce(answers_reviewed, 0) AS answers_reviewed, coalesce(answers_right, 0) AS answers_right,
       coalesce(relevances, 0) AS relevances, coalesce(relevance_e4, 0) AS relevance_e4,
       coalesce(outcome_positive, 0) AS outcome_positive, coalesce(outcome_neutral, 0) AS outcome_neutral,
       coalesce(outcome_negative, 0) AS outcome_negative, coalesce(outcome_escalate, 0) AS outcome_escalate,
       coalesce(appointments_booked, 0) AS appointments_booked,
       coalesce(appointments_cancelled, 0) AS appointments_cancelled,
       coalesce(appointments_completed, 0) AS appointments_completed,
       coalesce(appointments_no_show, 0) AS appointments_no_show, coalesce(conversions, 0) AS conversions,
       coalesce(leads_captured, 0) AS leads_captured
  FROM quarter_sums;

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
