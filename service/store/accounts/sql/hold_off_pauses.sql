-- Until the transaction ends, no pause begins.
select @no_pause_begins()
