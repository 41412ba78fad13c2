-- What SQL users and other parts of the software may rely on, whatever the version of the rows.

CREATE OR REPLACE VIEW leads WITH (security_invoker = true) AS
SELECT tenant, lead, members, stage, stage_reason, source, line_type, first_name, last_name, phone, email,
       business_type, business_name, city, state, region, time_zone, intent, assigned_to, campaign, temperature, vip,
       opted_out, erased, estimated_participants, initial_value_e4::numeric / 10000 AS initial_value, currency, first_seen, captured_at,
       first_contact, last_contact, first_call, last_call, followed_up_at, last_activity, converted_at, calls, answered,
       talk_ms, attempts, messages_in, messages_out, conversations, touches,
       touch_value_e4::numeric / 10000 AS touch_value, conversions, value_e4::numeric / 10000 AS value, appointments,
       listings_viewed, mortgage_approved, has_deposit, budget_known, urgency, stated_score, money::jsonb AS money,
       details::jsonb AS details
  FROM :rows.leads;

-- Which lead a contact point's token leads to.
CREATE OR REPLACE VIEW contacts WITH (security_invoker = true) AS
SELECT tenant, contact AS token, lead AS lead_id FROM :rows.contacts;

-- Every fact, with the contact point that it named (NULL: none yet).
CREATE OR REPLACE VIEW facts WITH (security_invoker = true) AS
SELECT f.tenant, f.contact, f.family, f.subject, f.at, f.kind, f.channel, f.direction, f.status, f.agent_id,
       f.conversation_id, f.disposition, f.outcome, f.campaign, f.stage, f.reason, f.duration_ms,
       f.value_e4::numeric / 10000 AS value, f.currency, f.starts_at, f.ends_at, f.answered
  FROM :rows.facts f;

CREATE OR REPLACE VIEW timeline WITH (security_invoker = true) AS
SELECT c.lead, f.* FROM :views.facts f JOIN :rows.contacts c ON c.tenant = f.tenant AND c.contact = f.contact;

CREATE OR REPLACE VIEW calls WITH (security_invoker = true) AS
SELECT tenant, lead, contact, subject AS call, at AS started_at, kind AS call_type, direction, status, answered,
       agent_id, duration_ms, disposition, outcome, campaign
  FROM :views.timeline WHERE family = 'call';

CREATE OR REPLACE VIEW conversions WITH (security_invoker = true) AS
SELECT tenant, lead, contact, subject AS conversion, at, value, currency, agent_id, campaign
  FROM :views.timeline WHERE family = 'conversion';

CREATE OR REPLACE VIEW follow_ups WITH (security_invoker = true) AS
SELECT f.tenant, c.lead, f.contact, f.subject AS follow_up, f.kind AS action, f.reason, f.status, f.starts_at AS due_at,
       f.agent_id AS assignee_id
  FROM :rows.facts f LEFT JOIN :rows.contacts c ON c.tenant = f.tenant AND c.contact = f.contact
 WHERE f.family = 'followup';
