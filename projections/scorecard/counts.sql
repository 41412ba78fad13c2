-- One row: everything that the scorecard's figures are made of. $1 is the tenant, $2 its currency, $3 its usual initial
-- value in 1/10000, $4 and $5 its human baselines, $6 the 95th percentile of its reply times (NULL where there is none).
-- The bounds of the period stand for :NAME, the schemas of the models' rows for :conversion and :analytics.
WITH of_leads AS (
  SELECT count(*) AS leads, count(reached_at) AS reached, count(*) FILTER (WHERE conversions > 0) AS converted,
         count(response_at) AS responded,
         (sum(extract(epoch FROM response_at - known_at)) * 1000)::float8 AS response_ms
    FROM :conversion.leads WHERE tenant = $1 AND :known
), sold AS (
  SELECT count(*) AS conversions, coalesce(sum(f.value_e4), 0) AS all_e4,
         sum(f.value_e4) FILTER (WHERE coalesce(l.initial_value_e4, $3::bigint) IS NOT NULL) AS lifted_e4,
         sum(coalesce(l.initial_value_e4, $3::bigint)) AS initial_e4
    FROM :conversion.facts f
    LEFT JOIN :conversion.contacts c ON c.tenant = f.tenant AND c.contact = f.contact
    LEFT JOIN :conversion.leads l ON l.tenant = c.tenant AND l.lead = c.lead AND l.currency = f.currency
   WHERE f.tenant = $1 AND f.family = 'conversion' AND f.counted AND f.value_e4 IS NOT NULL AND f.currency = $2
     AND :sold
), spent AS (
  SELECT sum(value_e4) AS cost_e4 FROM :conversion.facts
   WHERE tenant = $1 AND family IN ('cost', 'call_cost') AND value_e4 IS NOT NULL AND currency = $2 AND :spent
), happened AS (
  SELECT sum(conversations) AS conversations, sum(resolved_by_ai) AS resolved_by_ai, sum(escalated) AS escalated,
         sum(first_ai) AS first_ai, sum(first_ai_us) AS first_ai_us, sum(ratings) AS ratings,
         sum(rating_sum) AS rating_sum, sum(handled) AS handled, sum(handle_us) AS handle_us, sum(replies) AS replies,
         sum(reply_us) AS reply_us, sum(offered) AS offered, sum(offered_answered) AS offered_answered,
         sum(answered) AS answered, sum(handed_off) AS handed_off, sum(intents_reviewed) AS intents_reviewed,
         sum(intents_right) AS intents_right
    FROM :analytics.quarters WHERE tenant = $1 AND :quarter
), called AS (
  SELECT count(*) AS successful, sum(duration_ms) AS successful_ms FROM :analytics.calls
   WHERE tenant = $1 AND disposition = 'reached' AND outcome IS DISTINCT FROM 'negative' AND duration_ms IS NOT NULL
     AND :called
), interest AS (
  SELECT DISTINCT c.lead FROM :analytics.calls a
    JOIN :conversion.contacts c ON c.tenant = a.tenant AND c.contact = a.contact
   WHERE a.tenant = $1 AND :asked
     AND a.intent IN ('property_enquiry_rent', 'property_enquiry_buy', 'book_viewing', 'existing_viewing')
), viewed AS (
  SELECT DISTINCT c.lead FROM :conversion.facts f
    JOIN :conversion.contacts c ON c.tenant = f.tenant AND c.contact = f.contact
   WHERE f.tenant = $1 AND f.family = 'appointment' AND f.kind = 'viewing'
), first_calls AS (
  SELECT DISTINCT ON (c.lead) c.lead, a.at, a.direction FROM :analytics.calls a
    JOIN :conversion.contacts c ON c.tenant = a.tenant AND c.contact = a.contact
   WHERE a.tenant = $1 ORDER BY c.lead, a.at
), callers AS (
  SELECT count(*) AS new_callers, count(l.captured_at) AS captured_callers FROM first_calls f
    JOIN :conversion.leads l ON l.tenant = $1 AND l.lead = f.lead
   WHERE f.direction = 'inbound' AND :caller
)
SELECT leads, reached, converted, responded, response_ms, conversions, all_e4, lifted_e4, initial_e4, cost_e4,
       conversations, resolved_by_ai, escalated, first_ai, first_ai_us, ratings, rating_sum, handled, handle_us, replies,
       reply_us, offered, offered_answered, answered, handed_off, intents_reviewed, intents_right, successful,
       successful_ms, new_callers, captured_callers, $4::float8 AS human_cost, $5::float8 AS human_escalation,
       $6::float8 AS reply_p95_ms,
       (SELECT count(*) FROM interest) AS interested,
       (SELECT count(*) FROM interest JOIN viewed USING (lead)) AS viewers
  FROM of_leads, sold, spent, happened, called, callers
