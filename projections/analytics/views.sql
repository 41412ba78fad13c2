-- What SQL users may rely on, whatever the version of the rows.

CREATE OR REPLACE VIEW quarters WITH (security_invoker = true) AS
SELECT q.tenant, q.quarter, nullif(q.channel, '') AS channel, nullif(q.agent, '') AS agent_id,
       q.calls_started, q.calls_inbound, q.attempts, q.calls_ended, q.offered, q.offered_answered, q.answered,
       q.reached, q.missed, q.voicemail, q.no_answer, q.busy, q.failed, q.transferred, q.handed_off, q.talk_ms,
       q.waited, q.wait_ms, q.messages_in, q.messages_out, q.conversations, q.resolved, q.resolved_by_ai, q.escalated,
       q.abandoned, q.handled, q.handle_us::numeric / 1000 AS handle_ms, q.replies,
       q.reply_us::numeric / 1000 AS reply_ms, q.first_ai, q.first_ai_us::numeric / 1000 AS first_ai_ms,
       q.first_human, q.first_human_us::numeric / 1000 AS first_human_ms, q.fallbacks, q.ratings, q.rating_sum,
       q.ratings_good, q.thumbs_up, q.thumbs_down, q.sentiments, q.sentiment_e4::numeric / 10000 AS sentiment_sum,
       q.confidences, q.confidence_e4::numeric / 10000 AS confidence_sum, q.reviews, q.intents_reviewed,
       q.intents_right, q.answers_reviewed, q.answers_right, q.relevances,
       q.relevance_e4::numeric / 10000 AS relevance_sum, q.outcome_positive, q.outcome_neutral, q.outcome_negative,
       q.outcome_escalate, q.appointments_booked, q.appointments_cancelled, q.appointments_completed,
       q.appointments_no_show, q.conversions, q.leads_captured
  FROM :rows.quarters q;

CREATE OR REPLACE VIEW calls WITH (security_invoker = true) AS
SELECT tenant, call, contact, at AS started_at, status, direction, call_type, provider, agent_id, script_id,
       prompt_variant, campaign, conversation_id, disposition, outcome, intent, answered, duration_ms, wait_ms,
       sentiment, rating
  FROM :rows.calls;

CREATE OR REPLACE VIEW conversations WITH (security_invoker = true) AS
SELECT tenant, conversation, at AS started_at, ended_at, nullif(channel, '') AS channel,
       nullif(agent_id, '') AS agent_id, status, messages_in, messages_out, rating
  FROM :rows.conversations;

CREATE OR REPLACE VIEW words WITH (security_invoker = true) AS
SELECT tenant, quarter, nullif(channel, '') AS channel, nullif(agent, '') AS agent_id, what, word, calls, conversations
  FROM :rows.words;
