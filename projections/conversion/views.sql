-- What SQL users and other parts of the software may rely on, whatever the version of the rows.

CREATE OR REPLACE VIEW :views.leads WITH (security_invoker = true) AS
SELECT tenant, lead, members, visitors, known_at, captured_at, source, campaign, channel, agent_id, own_call,
       initial_value_e4::numeric / 10000 AS initial_value, currency, attempt_at, reached_at, response_at, talked_at,
       booked_at, converted_at, conversions, touches, stage, stages::jsonb AS stages, steps::jsonb AS steps
  FROM :rows.leads;

CREATE OR REPLACE VIEW :views.conversions WITH (security_invoker = true) AS
SELECT f.tenant, c.lead, f.contact, f.subject AS conversion, f.at, f.counted, f.reversed_at, f.reason,
       f.value_e4::numeric / 10000 AS value, f.currency, f.kind, f.channel, f.agent_id, f.script_id, f.campaign, f.source
  FROM :rows.facts f LEFT JOIN :rows.contacts c ON c.tenant = f.tenant AND c.contact = f.contact
 WHERE f.family = 'conversion' AND f.value_e4 IS NOT NULL;

-- What was spent: costs that were recorded, and what each provider asked for a call. A bill need not name the call's
-- agent and campaign: the call does.
CREATE OR REPLACE VIEW :views.costs WITH (security_invoker = true) AS
SELECT f.tenant, CASE f.family WHEN 'call_cost' THEN 'call' ELSE f.family END AS family, f.subject, f.at, f.starts_at,
       f.ends_at, f.value_e4::numeric / 10000 AS value, f.currency, f.kind, f.channel,
       coalesce(f.agent_id, c.agent_id) AS agent_id, coalesce(f.campaign, c.campaign) AS campaign
  FROM :rows.facts f
  LEFT JOIN :rows.call_ids i ON f.family = 'call_cost' AND i.tenant = f.tenant AND i.id = f.subject
  LEFT JOIN :rows.facts c
    ON f.family = 'call_cost' AND c.tenant = f.tenant AND c.family = 'call' AND c.subject = coalesce(i.call, f.subject)
 WHERE f.family IN ('cost', 'call_cost') AND f.value_e4 IS NOT NULL AND f.counted;

-- The touches before each conversion that counts, oldest first.
CREATE OR REPLACE VIEW :views.journeys WITH (security_invoker = true) AS
SELECT j.tenant, j.conversion, t.place::bigint AS place, (t.touch->>'at')::timestamptz AS at, t.touch->>'kind' AS kind,
       t.touch->>'channel' AS channel, t.touch->>'agent_id' AS agent_id, t.touch->>'script_id' AS script_id,
       t.touch->>'campaign' AS campaign, t.touch->>'source' AS source
  FROM :rows.journeys j, jsonb_array_elements(j.touches::jsonb) WITH ORDINALITY AS t(touch, place);

-- The credit of every touch by six models, in 1/10000 units. A conversion without a touch in the window has one row
-- without a touch that has all of it.
--
-- Credits of one conversion sum to its value exactly: shares are cut to whole cents (to 1/10000 where the value is not
-- whole cents) and what is left over goes, a cent each, to the largest remainders; of equal ones to the earlier touch.
--   first, last     all to the first, the last touch           linear   the same to each
--   last_non_direct all to the last whose source is not "direct"; all direct: to the last
--   position        40 % first, 40 % last, 20 % shared by those between; of two each half
--   decay           half as much for each half_life before the conversion
CREATE OR REPLACE FUNCTION :views.credits_within(of_tenant text, look_back interval, half_life interval)
RETURNS TABLE (tenant text, conversion text, converted_at timestamptz, currency text, value_e4 bigint, touches bigint,
               place bigint, touched_at timestamptz, kind text, channel text, agent_id text, script_id text,
               campaign text, source text, first_e4 bigint, last_e4 bigint, last_non_direct_e4 bigint, linear_e4 bigint,
               position_e4 bigint, decay_e4 bigint)
LANGUAGE sql STABLE AS $$
  WITH touched AS (
    SELECT f.tenant, f.subject AS conversion, f.at AS converted_at, f.currency, f.value_e4, j.at AS touched_at, j.kind,
           j.channel, j.agent_id, j.script_id, j.campaign, j.source,
           count(*) OVER one AS touches, row_number() OVER (one ORDER BY j.place) AS place,
           CASE WHEN f.value_e4 % 100 = 0 THEN 100 ELSE 1 END AS unit
      FROM :rows.facts f
      LEFT JOIN :views.journeys j
        ON j.tenant = f.tenant AND j.conversion = f.subject AND j.at >= f.at - look_back
     WHERE f.family = 'conversion' AND f.counted AND f.value_e4 IS NOT NULL
       AND (of_tenant IS NULL OR f.tenant = of_tenant)
    WINDOW one AS (PARTITION BY f.tenant, f.subject)
  ), weighed AS (
    SELECT t.*,
           coalesce(max(t.place) FILTER (WHERE t.source IS DISTINCT FROM 'direct') OVER one, t.touches) AS non_direct,
           1.0::float8 AS linear_w,
           CASE WHEN t.touches <= 2 THEN 1.0
                WHEN t.place IN (1, t.touches) THEN 2.0 * (t.touches - 2) ELSE 1.0 END::float8 AS position_w,
           coalesce(power(0.5::float8, extract(epoch FROM max(t.touched_at) OVER one - t.touched_at)::float8
                                       / extract(epoch FROM half_life)::float8), 1) AS decay_w  -- of the newest: 1
      FROM touched t WINDOW one AS (PARTITION BY t.tenant, t.conversion)
  ), shared AS (
    SELECT w.*,
           (w.value_e4 / w.unit)::float8 * w.linear_w / sum(w.linear_w) OVER one AS linear_x,
           (w.value_e4 / w.unit)::float8 * w.position_w / sum(w.position_w) OVER one AS position_x,
           (w.value_e4 / w.unit)::float8 * w.decay_w / sum(w.decay_w) OVER one AS decay_x
      FROM weighed w WINDOW one AS (PARTITION BY w.tenant, w.conversion)
  ), cut AS (
    SELECT s.*, s.value_e4 / s.unit AS units, floor(s.linear_x + 1e-6)::bigint AS linear_u,
           floor(s.position_x + 1e-6)::bigint AS position_u, floor(s.decay_x + 1e-6)::bigint AS decay_u
      FROM shared s
  ), ranked AS (
    SELECT c.*,
           c.units - sum(c.linear_u) OVER one AS linear_left,
           c.units - sum(c.position_u) OVER one AS position_left,
           c.units - sum(c.decay_u) OVER one AS decay_left,
           row_number() OVER (one ORDER BY round((c.linear_x - c.linear_u)::numeric, 5) DESC, c.place) AS linear_r,
           row_number() OVER (one ORDER BY round((c.position_x - c.position_u)::numeric, 5) DESC, c.place) AS position_r,
           row_number() OVER (one ORDER BY round((c.decay_x - c.decay_u)::numeric, 5) DESC, c.place) AS decay_r
      FROM cut c WINDOW one AS (PARTITION BY c.tenant, c.conversion)
  )
  SELECT tenant, conversion, converted_at, currency, value_e4,
         CASE WHEN touched_at IS NULL THEN 0 ELSE touches END,
         CASE WHEN touched_at IS NULL THEN NULL ELSE place END, touched_at, kind, channel, agent_id, script_id, campaign,
         source,
         CASE WHEN place = 1 THEN value_e4 ELSE 0 END, CASE WHEN place = touches THEN value_e4 ELSE 0 END,
         CASE WHEN place = non_direct THEN value_e4 ELSE 0 END,
         unit * (linear_u + CASE WHEN linear_r <= linear_left THEN 1 ELSE 0 END),
         unit * (position_u + CASE WHEN position_r <= position_left THEN 1 ELSE 0 END),
         unit * (decay_u + CASE WHEN decay_r <= decay_left THEN 1 ELSE 0 END)
    FROM ranked
$$;

-- The same with the usual window and half-life, as money.
CREATE OR REPLACE VIEW :views.credits WITH (security_invoker = true) AS
SELECT tenant, conversion, converted_at, currency, value_e4::numeric / 10000 AS value, touches, place, touched_at, kind,
       channel, agent_id, script_id, campaign, source, first_e4::numeric / 10000 AS first, last_e4::numeric / 10000 AS last,
       last_non_direct_e4::numeric / 10000 AS last_non_direct, linear_e4::numeric / 10000 AS linear,
       position_e4::numeric / 10000 AS position, decay_e4::numeric / 10000 AS decay
  FROM :views.credits_within(NULL, interval '90 days', interval '7 days');
