// What a function finds in its environment on Lambda; see functions/*/function.yml.
process.env.AWS_REGION = 'eu-west-1';
process.env.STACK_NAME = 'ami-lifecycle-test';
process.env.WORK_BUCKET = 'ami-lifecycle-test-work';
process.env.POLICY_PREFIX = '/ami-lifecycle/test/policies/';
process.env.NOTIFICATION_TOPIC_ARN = 'arn:aws:sns:eu-west-1:123456789012:ami-lifecycle-test';

// Handlers are quiet here; a test that reads the log turns it on for itself.
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.POWERTOOLS_TRACE_ENABLED = 'false';
process.env.POWERTOOLS_METRICS_DISABLED = 'true';

// No test reaches AWS. Should one try by mistake, it must not find the credentials of whoever runs it.
delete process.env.AWS_PROFILE;
process.env.AWS_ACCESS_KEY_ID = 'none';
process.env.AWS_SECRET_ACCESS_KEY = 'none';
process.env.AWS_EC2_METADATA_DISABLED = 'true';
