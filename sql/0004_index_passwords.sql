-- SPDX-License-Identifier: MIT
-- Why: an unknown name takes the time of a known one, whatever hashes are in use (LOGIN_FIND). Locks: account while the
-- index is made, which is small.

-- The ring on which LOGIN_FIND looks for an account that lends an unknown name the cost of its hash. The salts are secret,
-- so that nobody can tell which account a name meets.
CREATE INDEX account_password_ring ON account (hashtextextended(password, 0)) WHERE password IS NOT NULL;
