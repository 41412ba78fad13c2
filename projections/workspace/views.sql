CREATE OR REPLACE VIEW :views.tenants WITH (security_invoker = true) AS
SELECT tenant, settings::jsonb ->> 'name' AS name, settings::jsonb ->> 'vertical' AS vertical,
       coalesce(settings::jsonb ->> 'time_zone', 'UTC') AS time_zone, settings::jsonb ->> 'currency' AS currency,
       settings::jsonb ->> 'plan' AS plan, settings::jsonb ->> 'status' AS status, settings::jsonb AS settings
  FROM :rows.tenants;

CREATE OR REPLACE VIEW :views.scripts WITH (security_invoker = true) AS
SELECT tenant, script, active, clear::jsonb ->> 'name' AS name, business_type, interest_level, region, priority,
       published_at
  FROM :rows.scripts;
