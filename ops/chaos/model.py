"""The lead desk as the sum of what was sent: collect, keep the newest statement of each fact, sort, count.

Written from the description of the read model, not from its code; a contact is known by the source that its captures
name, because its token is the server's secret."""
import collections

from story import micros

KINDS = {
    "lead.captured", "lead.stage_changed", "touch.recorded", "conversion.recorded", "call.started", "call.ended",
    "message.received", "message.sent", "appointment.booked",
}


def e4(text):
    whole, _, part = text.partition(".")
    return int(whole) * 10_000 + int((part + "0000")[:4])


class Model:
    def __init__(self):
        self.facts = collections.defaultdict(dict)  # (tenant, contact) -> {(type, name): (micros, event)}

    def add(self, event):
        if event["type"] not in KINDS:
            return
        name = event["id"] if event["type"] in ("lead.captured", "lead.stage_changed") else event["subject"]
        facts = self.facts[event["tenantid"], event["data"]["contact"]["phone"]]
        key, at = (event["type"], name), micros(event)
        if key not in facts or facts[key][0] < at:
            facts[key] = (at, event)

    def tables(self):
        """Each table's rows as a Counter of tuples, as sql() asks for them."""
        leads = collections.Counter()
        agents = collections.defaultdict(lambda: [0, 0, 0, 0])
        channels = collections.defaultdict(lambda: [0, 0])
        campaigns = collections.defaultdict(lambda: [0, 0])
        for (tenant, _), by_name in self.facts.items():
            facts = sorted(by_name.values(), key=lambda fact: fact[0])
            leads[lead_row(tenant, facts)] += 1
            count_days(tenant, facts, agents, channels)
            count_campaigns(tenant, facts, campaigns)
        return {
            "leads": leads,
            "agent_day": as_rows(agents),
            "channel_hour": as_rows(channels),
            "attribution": as_rows(campaigns),
        }


def as_rows(sums):
    return collections.Counter(key + tuple(values) for key, values in sums.items() if any(values))


def lead_row(tenant, facts):
    of = collections.defaultdict(list)
    for at, event in facts:
        of[event["type"]].append((at, event["data"]))
    stages = [
        (at, {"lead.captured": "new", "conversion.recorded": "converted"}.get(event["type"], event["data"].get("stage")))
        for at, event in facts
        if event["type"] in ("lead.captured", "lead.stage_changed", "conversion.recorded")
    ]
    contacts = of["call.started"] + of["call.ended"] + of["message.received"] + of["message.sent"]
    outbound = [at for at, data in of["call.started"] if data["direction"] == "outbound"]
    outbound += [at for at, _ in of["message.sent"]]
    reached = [data for _, data in of["call.ended"] if data["disposition"] == "reached"]
    first = facts[0][0]
    return (
        tenant,
        of["lead.captured"][0][1]["source"] if of["lead.captured"] else None,
        stages[-1][1] if stages else None,
        first,
        max(at for at, _ in contacts) if contacts else None,
        len(of["call.ended"]),
        len(reached),
        sum(data["duration_ms"] for data in reached),
        len(of["message.received"]),
        len(of["message.sent"]),
        (min(outbound) - first) // 1_000 if outbound else None,
        len(of["touch.recorded"]),
        sum(e4(data["value"]) for _, data in of["conversion.recorded"]),
        of["conversion.recorded"][0][0] if of["conversion.recorded"] else None,
    )


def count_days(tenant, facts, agents, channels):
    for at, event in facts:
        data, day, hour = event["data"], at // 86_400_000_000, at // 3_600_000_000 % 24
        if event["type"] == "call.ended":
            row = agents[tenant, data["agent_id"], day]
            row[0] += 1
            if data["disposition"] == "reached":
                row[1] += 1
                row[2] += data["duration_ms"]
        elif event["type"] == "conversion.recorded":
            agents[tenant, data["agent_id"], day][3] += 1
        elif event["type"] == "call.started":
            channels[tenant, "voice", day, hour][0 if data["direction"] == "inbound" else 1] += 1
        elif event["type"] == "message.received":
            channels[tenant, data["channel"], day, hour][0] += 1
        elif event["type"] == "message.sent":
            channels[tenant, data["channel"], day, hour][1] += 1


def count_campaigns(tenant, facts, campaigns):
    newest = "(none)"
    for _, event in facts:
        if event["type"] == "touch.recorded":
            newest = event["data"]["campaign"]
        elif event["type"] == "conversion.recorded":
            row = campaigns[tenant, newest]
            row[0] += 1
            row[1] += e4(event["data"]["value"])


def sql(table):
    """The same rows from the stable views, times as microseconds, days as days since 1970; sums of nothing left out."""
    us = "(extract(epoch from {0}) * 1000000)::bigint".format
    e4_of = "(value * 10000)::bigint"
    day = "day - date '1970-01-01'"
    return {
        "leads": f"SELECT tenant, source, stage, {us('first_seen')}, {us('last_contact')}, calls, answered, talk_ms,"
                 f" messages_in, messages_out, first_response_ms, touches, {e4_of}, {us('converted_at')}"
                 " FROM lead_desk.leads",
        "agent_day": f"SELECT tenant, agent, {day}, calls, answered, talk_ms, conversions FROM lead_desk.agent_day"
                     " WHERE (calls, conversions) <> (0, 0)",
        "channel_hour": f"SELECT tenant, channel, {day}, hour, inbound, outbound FROM lead_desk.channel_hour"
                        " WHERE (inbound, outbound) <> (0, 0)",
        "attribution": f"SELECT tenant, campaign, conversions, {e4_of} FROM lead_desk.attribution"
                       " WHERE conversions <> 0",
    }[table]
