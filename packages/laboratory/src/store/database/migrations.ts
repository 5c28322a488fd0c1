// The schema's history. A migration that was released is never changed: a later one changes what it made.

/** Plain SQL that runs once each, in order, all in one transaction. */
export const MIGRATIONS: readonly { readonly id: number; readonly sql: string }[] = [
  {
    id: 1,
    sql: `
create table events (
  sequence bigint primary key check (sequence > 0),
  at timestamptz(3) not null,
  actor text not null,
  kind text not null,
  case_id uuid,
  content text not null,
  previous text not null,
  hash text not null unique,
  key uuid not null unique
);
create index events_by_case on events (case_id, sequence);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the trail is append-only';
end $$;
create trigger events_are_kept before update or delete on events for each row execute function refuse_change();
create trigger events_stay before truncate on events for each statement execute function refuse_change();

create table head (id integer primary key check (id = 1), sequence bigint not null, hash text not null);
insert into head values (1, 0, repeat('0', 64));
create table answers (key uuid primary key references events (key), wish text not null, answer jsonb not null);

create table cases (
  id uuid primary key,
  arrival bigint not null unique,
  name text not null,
  leukocytes double precision,
  age double precision,
  comment text not null,
  signers integer not null check (signers in (1, 2)),
  status text not null check (status in ('open', 'signing', 'signed')),
  revision integer not null,
  model text not null,
  created_by text not null,
  created_at timestamptz(3) not null,
  second_reading text not null check (second_reading in ('none', 'going on', 'finished')),
  second_reader text,
  reason text
);
create table cells (
  id uuid primary key,
  case_id uuid not null references cases,
  number integer not null,
  arrival bigint not null,
  kind text not null check (kind in ('crop', 'field')),
  file text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  width integer,
  height integer,
  status text not null check (status in ('waiting', 'classified', 'bad')),
  error text,
  model text,
  classes text[],
  probabilities double precision[],
  predicted text,
  is_rejected boolean not null default false,
  familiarity double precision,
  is_unfamiliar boolean not null default false,
  unique (case_id, file, sha256),
  unique (case_id, number)
);
create index cells_that_wait on cells (arrival, number) where status = 'waiting';
create table labels (
  cell_id uuid not null references cells,
  reading text not null check (reading in ('first', 'second')),
  label text not null,
  by text not null,
  at timestamptz(3) not null,
  primary key (cell_id, reading)
);

create table reports (
  id uuid primary key,
  case_id uuid not null references cases,
  number integer not null,
  reason text,
  content text not null,
  sha256 text not null,
  created_at timestamptz(3) not null,
  is_final boolean not null,
  unique (case_id, number)
);
create function refuse_other_content() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.is_final or (new.id, new.case_id, new.number, new.reason, new.content, new.sha256, new.created_at)
    is distinct from (old.id, old.case_id, old.number, old.reason, old.content, old.sha256, old.created_at)
  then raise exception 'a report is never changed'; end if;
  return new;
end $$;
create trigger reports_are_kept before update or delete on reports for each row execute function refuse_other_content();
create trigger reports_stay before truncate on reports for each statement execute function refuse_change();
create table signatures (
  report_id uuid not null references reports,
  by text not null,
  at timestamptz(3) not null,
  meaning text not null,
  primary key (report_id, by)
);
create trigger signatures_are_kept before update or delete on signatures for each row execute function refuse_change();
create trigger signatures_stay before truncate on signatures for each statement execute function refuse_change();

create table users (
  id uuid primary key,
  name text not null unique,
  role text not null check (role in ('viewer', 'reviewer', 'signer', 'admin')),
  password text not null,
  created_at timestamptz(3) not null,
  is_disabled boolean not null default false
);
create table sessions (
  sha256 text primary key,
  user_id uuid not null references users,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null
);
create table tokens (
  id uuid primary key,
  sha256 text not null unique,
  user_id uuid references users,
  name text not null,
  scopes text[] not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);

create table models (
  id text primary key,
  name text not null,
  kind text not null check (kind in ('shipped', 'adapted', 'trained')),
  parent text,
  created_at timestamptz(3) not null,
  classes text[] not null,
  judged jsonb
);
create table runs (
  id uuid primary key,
  arrival bigint not null unique,
  kind text not null check (kind in ('train', 'adapt')),
  name text not null,
  status text not null check (status in ('waiting', 'running', 'finished', 'failed', 'cancelled', 'interrupted')),
  started_by text not null,
  created_at timestamptz(3) not null,
  finished_at timestamptz(3),
  error text,
  settings jsonb not null,
  progress jsonb not null,
  model text
);
create table settings (name text primary key, value text not null);
`,
  },
  {
    id: 2,
    sql: `
alter table cells add column crop_outside double precision, add column crop_nucleus boolean;
`,
  },
  {
    id: 3,
    sql: `
alter table models add column findings jsonb;
alter table runs add column findings jsonb;
`,
  },
  {
    id: 4,
    sql: `
create table awaited_files (
  case_id uuid not null references cases,
  upload uuid not null,
  file text not null,
  count integer not null check (count > 0),
  primary key (case_id, upload, file)
);
`,
  },
  {
    id: 5,
    sql: `
alter table cases add column voided text;
alter table cases drop constraint cases_status_check;
alter table cases add constraint cases_status_check check (status in ('open', 'signing', 'signed', 'void'));
`,
  },
  {
    id: 6,
    sql: `
alter table cases add column sex text check (sex in ('female', 'male'));
`,
  },
  {
    id: 7,
    sql: `
create table removed_cells (
  id uuid primary key,
  case_id uuid not null references cases,
  number integer not null,
  file text not null,
  sha256 text not null
);
create index cells_by_image on cells (sha256);
create index cases_by_name on cases (lower(name));
create index events_of_moves on events (sequence) where kind = 'cells.moved';
`,
  },
  {
    id: 8,
    sql: `
drop index cells_that_wait;
create index cells_that_wait on cells (case_id, number) where status = 'waiting';
`,
  },
  {
    id: 9,
    sql: `
create table orders (
  id uuid primary key,
  arrival bigint not null,
  sender text not null,
  accession text not null,
  content jsonb not null,
  status text not null check (status in ('requested', 'cancelled')),
  received_at timestamptz(3) not null,
  unique (sender, accession)
);
alter table cases add column order_id uuid references orders, add column patient text, add column birth_date text;
create index cases_by_order on cases (order_id) where order_id is not null;
create table deliveries (
  id uuid primary key,
  arrival bigint not null,
  report_id uuid not null references reports,
  kind text not null check (kind in ('report', 'void')),
  control_id text not null unique,
  state text not null check (state in ('waiting', 'sent', 'refused')),
  tries integer not null,
  message text,
  answer text,
  fault text,
  created_at timestamptz(3) not null,
  ended_at timestamptz(3),
  unique (report_id, kind)
);
create index deliveries_that_wait on deliveries (arrival) where state = 'waiting';
`,
  },
  {
    id: 10,
    sql: `
alter table signatures add column full_name text;
alter table cases add column collected_at text;
`,
  },
  {
    id: 11,
    sql: `
delete from sessions;
alter table sessions
  add column active_at timestamptz(3) not null,
  add column proved_at timestamptz(3) not null,
  add column via text not null check (via in ('password', 'provider'));
alter table users add column identity text unique;
create table second_factors (
  user_id uuid primary key references users,
  secret text not null,
  recovery text[] not null,
  last_step bigint not null,
  is_confirmed boolean not null
);
`,
  },
  {
    id: 12,
    sql: `
alter table cases
  add column assignee text,
  add column priority text not null default 'routine' check (priority in ('routine', 'urgent', 'stat')),
  add column due text;
`,
  },
  {
    id: 13,
    sql: `
alter table deliveries add column case_id uuid references cases;
update deliveries set case_id = reports.case_id from reports where reports.id = deliveries.report_id;
alter table deliveries alter column case_id set not null;
alter table deliveries alter column report_id drop not null;
alter table deliveries add column destination text not null default 'results' check (destination in ('results', 'webhook'));
alter table deliveries alter column destination drop default;
alter table deliveries drop constraint deliveries_report_id_kind_key;
alter table deliveries add constraint deliveries_destination_report_id_kind_key unique (destination, report_id, kind);
alter table deliveries drop constraint deliveries_kind_check;
alter table deliveries add constraint deliveries_kind_check check (kind = 'ready' or (kind in ('report', 'void') and report_id is not null));
create function complete_delivery() returns trigger language plpgsql as $$
begin
  -- As backups of earlier versions have neither.
  new.destination := coalesce(new.destination, 'results');
  new.case_id := coalesce(new.case_id, (select case_id from reports where id = new.report_id));
  return new;
end $$;
create trigger deliveries_are_complete before insert on deliveries for each row execute function complete_delivery();
`,
  },
];
