-- The reasons of batches that are held because CleverTap has refused them.
('refused_unconfirmed', 'refused_confirmed')
