-- What tenants stated about themselves. `packed` holds the statements with their stamps; `settings` follows from it.

CREATE TABLE tenants (
  tenant   text COLLATE "C" NOT NULL,
  settings text NOT NULL,             -- JSON: the newest statement of every member
  packed   bytea NOT NULL,
  PRIMARY KEY (tenant)
);
