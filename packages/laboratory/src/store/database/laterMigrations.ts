// The schema's history from its tenth step on.

/** Plain SQL that runs once. */
export interface Migration {
  readonly id: number;
  readonly sql: string;
}

/** Those from 10 on. */
export const LATER_MIGRATIONS: readonly Migration[] = [
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
  { id: 14, sql: "alter table labels add column counts_as text;" },
  { id: 15, sql: "alter table cells add column measures double precision[];" },
];
