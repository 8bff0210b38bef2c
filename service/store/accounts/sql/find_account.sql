-- What is remembered of an account, whether or not it is still configured. No row: it never was.
-- @account text
-- > time_zone text_or_none    none: it has not been configured since time zones are kept
select time_zone from account_state where account = @account
