-- Whether no call of the batch b can have had an effect yet: its people are as they were before.
(b.unknown_since is null and not b.may_have_effect)
