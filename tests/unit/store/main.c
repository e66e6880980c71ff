/* SPDX-License-Identifier: MIT */
/* The unit tests of the storage floor. */
#include "../../lib/test.h"
#include "lab.h"

const struct test_file *tests_prehash(void);
const struct test_file *tests_azure(void);
const struct test_file *tests_azure_identity(void);
const struct test_file *tests_azure_sign(void);
const struct test_file *tests_aws_ranges(void);
const struct test_file *tests_body(void);
const struct test_file *tests_credential(void);
const struct test_file *tests_drivers(void);
const struct test_file *tests_fs(void);
const struct test_file *tests_layout(void);
const struct test_file *tests_gcs(void);
const struct test_file *tests_object(void);
const struct test_file *tests_oss(void);
const struct test_file *tests_oss_sign(void);
const struct test_file *tests_object_plan(void);
const struct test_file *tests_object_state(void);
const struct test_file *tests_locator(void);
const struct test_file *tests_s3_credentials(void);
const struct test_file *tests_s3_endpoint(void);
const struct test_file *tests_s3_service(void);
const struct test_file *tests_s3_sign(void);
const struct test_file *tests_spool(void);
const struct test_file *tests_spool_bounds(void);
const struct test_file *tests_swift(void);
const struct test_file *tests_xml(void);

struct lab (*const lab_drivers[])(void) = {lab_fs, lab_mem, lab_object_tails, lab_object_parts};
const size_t lab_driver_count = sizeof lab_drivers / sizeof *lab_drivers;

int main(void)
{
	const struct test_file *(*const files[])(void) = {
		tests_prehash,
		tests_azure,
		tests_azure_identity,
		tests_azure_sign,
		tests_drivers,
		tests_fs,
		tests_layout,
		tests_gcs,
		tests_object,
		tests_oss,
		tests_oss_sign,
		tests_object_plan,
		tests_object_state,
		tests_s3_credentials,
		tests_s3_endpoint,
		tests_s3_service,
		tests_s3_sign,
		tests_spool,
		tests_spool_bounds,
		tests_swift,
		tests_xml,
		tests_body,
		tests_credential,
		tests_locator,
		tests_aws_ranges,
	};

	return test_run("store", files, sizeof files / sizeof *files);
}
