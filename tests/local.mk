# Unit tests: one runner per floor, linked with that floor and those below it only.
if HAVE_CHECK
include tests/unit/base/local.mk
endif
