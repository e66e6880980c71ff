# libFuzzer targets; configure with CC=clang --enable-fuzzers, or run tests/fuzz/run.sh. A target tests/fuzz/X.c reads
# its seeds from tests/fuzz/seeds.py and tests/fuzz/corpus/X, where inputs that once broke it are kept.
FUZZ_TARGETS = \
	tests/fuzz/fuzz_authorization \
	tests/fuzz/fuzz_headers \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_manifest \
	tests/fuzz/fuzz_range \
	tests/fuzz/fuzz_reference \
	tests/fuzz/fuzz_target \
	tests/fuzz/fuzz_token \
	tests/fuzz/fuzz_yaml
FUZZER_ENGINE = -fsanitize=fuzzer
EXTRA_PROGRAMS = $(FUZZ_TARGETS)
.PHONY: fuzzers
fuzzers: $(FUZZ_TARGETS)

tests_fuzz_fuzz_authorization_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_authorization_LDADD = $(ISSUER_LIBS)
tests_fuzz_fuzz_headers_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_headers_LDADD = $(HTTP_LIBS)
tests_fuzz_fuzz_json_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_json_LDADD = $(OCI_LIBS) $(CHECK_LIBS)
tests_fuzz_fuzz_manifest_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_manifest_LDADD = $(OCI_LIBS)
tests_fuzz_fuzz_range_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_range_LDADD = $(HTTP_LIBS)
tests_fuzz_fuzz_reference_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_reference_LDADD = $(OCI_LIBS)
tests_fuzz_fuzz_target_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_target_LDADD = $(HTTP_LIBS)
tests_fuzz_fuzz_token_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_token_LDADD = $(AUTH_LIBS)
tests_fuzz_fuzz_yaml_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_ENGINE)
tests_fuzz_fuzz_yaml_LDADD = $(CONFIG_LIBS)
