CREATE OR REPLACE VIEW quarters WITH (security_invoker = true) AS
SELECT q.tenant, q.quarter, nullif(q.channel, '') AS channel, nullif(q.agent, '') AS agent_id, q.calls_started,
       q.calls_inbound, q.attempts, q.calls_ended, q.answered, q.missed, q.voicemail, q.no_answer, q.busy, q.failed,
       q.transferred, q.talk_ms, q.messages_in, q.messages_out, q.conversations, q.resolved, q.escalated, q.abandoned,
       q.outcome_positive, q.outcome_neutral, q.outcome_negative, q.outcome_escalate, q.appointments_booked,
       q.appointments_cancelled, q.conversions, q.value_e4::numeric / 10000 AS value, q.leads_captured
  FROM :rows.quarters q;
