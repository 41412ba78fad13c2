-- What people and their tools query; these names stay when the version of the rows changes.

CREATE OR REPLACE VIEW :views.leads WITH (security_invoker = true) AS
  SELECT tenant, contact, stage, source, first_seen, last_contact, calls, answered, talk_ms, messages_in,
         messages_out, first_response_ms, touches, (value_e4::numeric / 10000)::numeric(20, 4) AS value, converted_at
  FROM :rows.leads;

CREATE OR REPLACE VIEW :views.agent_day WITH (security_invoker = true) AS
  SELECT tenant, agent, day, calls, answered, talk_ms, conversions FROM :rows.agent_day;

CREATE OR REPLACE VIEW :views.channel_hour WITH (security_invoker = true) AS
  SELECT tenant, channel, day, hour, inbound, outbound FROM :rows.channel_hour;

CREATE OR REPLACE VIEW :views.attribution WITH (security_invoker = true) AS
  SELECT tenant, campaign, conversions, (value_e4::numeric / 10000)::numeric(20, 4) AS value FROM :rows.attribution;
