"""Seeded events as an integrator would send them: late, doubled, corrected, linked; times never tie within a tenant."""
import copy
import datetime
import random

BASE = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
DAYS = 3
AGENTS = ["agent-ada", "agent-bo", "agent-cy"]
CAMPAIGNS = ["spring", "summer", "autumn"]
STAGES = ["contacted", "qualified", "lost"]
CHANNELS = ["chat", "sms", "email"]
REMEMBERED = 2_000  # earlier events that may come again


def phone(contact):
    return f"+44207946{contact:04d}"  # the range that Ofcom keeps for drama


def micros(event):
    """The event's time as microseconds since 1970."""
    moment = datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


class Story:
    """What one client has to tell about one tenant. `client` of `clients`: their times never meet."""

    def __init__(self, seed, tenant, client, clients, contacts):
        self.random = random.Random(f"{seed}/{tenant}/{client}")
        self.tenant, self.client, self.clients, self.contacts = tenant, client, clients, contacts
        self.count = 0
        self.told = []

    def batch(self, size):
        return [self.next_event() for _ in range(size)]

    def next_event(self):
        dice = self.random.random()
        if self.told and dice < 0.08:
            return self.random.choice(self.told)  # a second delivery
        if self.told and dice < 0.16:
            event = self.corrected(self.random.choice(self.told))
        else:
            event = self.fresh()
        if len(self.told) < REMEMBERED:
            self.told.append(event)
        else:
            self.told[self.random.randrange(REMEMBERED)] = event
        return event

    def time(self):
        """Any moment of the three days; the microseconds are no other event's of this tenant."""
        self.count += 1
        tick = (self.count * self.clients + self.client) % 1_000_000
        moment = BASE + datetime.timedelta(seconds=self.random.randrange(DAYS * 86_400), microseconds=tick)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def corrected(self, earlier):
        """The same source and id, later, with other content."""
        event = copy.deepcopy(earlier)
        later = datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ") + datetime.timedelta(hours=1)
        self.count += 1
        tick = (self.count * self.clients + self.client) % 1_000_000
        event["time"] = later.replace(microsecond=tick).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        data = event["data"]
        if "duration_ms" in data:
            data["duration_ms"] += 1_000
            data["disposition"] = self.random.choice(["reached", "no_answer"])
        if "value" in data:
            data["value"] = self.money()
        if "campaign" in data:
            data["campaign"] = self.random.choice(CAMPAIGNS)
        if "stage" in data:
            data["stage"] = self.random.choice(STAGES)
        return event

    def money(self):
        return f"{self.random.randrange(1, 500)}.{self.random.randrange(100):02d}"

    def fresh(self):
        contact = self.random.randrange(self.contacts)
        kind, data = self.random.choice(self.KINDS)(self, contact)
        name = f"{kind.split('.')[0]}-{self.client}-{self.count}"
        return {
            "specversion": "1.0",
            "id": f"{name}-{kind.split('.')[1]}",
            "source": "/chaos",
            "type": kind,
            "subject": name,
            "time": self.time(),
            "tenantid": self.tenant,
            "data": {"contact": {"phone": phone(contact)}, **data},
        }

    def captured(self, contact):
        return "lead.captured", {"source": f"src-{contact}", "first_name": "Ann"}

    def call_started(self, contact):
        return "call.started", {"direction": self.random.choice(["inbound", "outbound"])}

    def call_ended(self, contact):
        return "call.ended", {
            "direction": "outbound",
            "agent_id": self.random.choice(AGENTS),
            "duration_ms": self.random.randrange(600_000),
            "disposition": self.random.choice(["reached", "no_answer", "busy"]),
        }

    def received(self, contact):
        return "message.received", {"channel": self.random.choice(CHANNELS), "content": "Is Friday possible?"}

    def sent(self, contact):
        return "message.sent", {"channel": self.random.choice(CHANNELS), "content": "It is."}

    def touch(self, contact):
        return "touch.recorded", {"kind": "page_view", "campaign": self.random.choice(CAMPAIGNS)}

    def stage(self, contact):
        return "lead.stage_changed", {"stage": self.random.choice(STAGES)}

    def conversion(self, contact):
        return "conversion.recorded", {
            "value": self.money(),
            "currency": "GBP",
            "agent_id": self.random.choice(AGENTS),
        }

    def linked(self, contact):
        other = {"email": f"person{contact}@example.com"}
        return "lead.linked", {"other": other, "by": "person"}

    KINDS = [captured, call_started, call_ended, call_ended, received, sent, received, sent, touch, stage, conversion, linked]
