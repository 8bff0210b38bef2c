-- concurrently
-- Where the search for earlier operations begins. Batches of people who are on hold are left out, or years of holds would make it long: as long
-- as a person is on hold, later operations on the person are on hold as well.
create index concurrently if not exists batch_precedes on batch (account, operation, envelope)
  where state not in ('done', 'rejected', 'cancelled') and (state <> 'held' or reason <> 'subject_on_hold');
