-- What tenants stated about themselves. `packed` holds the statements with their stamps; `settings` follows from it.

CREATE TABLE tenants (
  tenant   text COLLATE "C" NOT NULL,
  settings text NOT NULL,             -- JSON: the newest statement of every member
  regions_event  text,                -- the event that stated the regions, and its sealed part: what scripts say there
  regions_sealed text,
  packed   bytea NOT NULL,
  PRIMARY KEY (tenant)
);

-- Scripts for calls, as published last. Their texts lie sealed and are opened when a script is served.
CREATE TABLE scripts (
  tenant         text COLLATE "C" NOT NULL,
  script         text COLLATE "C" NOT NULL,
  active         boolean NOT NULL,
  business_type  text COLLATE "C",    -- NULL: any
  interest_level text COLLATE "C",
  region         text COLLATE "C",
  priority       bigint NOT NULL,
  published_at   timestamptz,
  clear          text NOT NULL,       -- JSON: what is not sealed of it
  event_id       text NOT NULL,
  sealed         text NOT NULL,
  packed         bytea NOT NULL,
  PRIMARY KEY (tenant, script)
);
