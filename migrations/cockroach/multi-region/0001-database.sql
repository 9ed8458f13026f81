-- For `tidemark migrate --regions`, which fills in the names between braces. A statement with {{other}} runs once for each
-- region besides the primary one. Every statement bears being run again.
ALTER DATABASE {{database}} PRIMARY REGION {{primary}};
ALTER DATABASE {{database}} ADD REGION IF NOT EXISTS {{other}};
ALTER DATABASE {{database}} SURVIVE {{survive}} FAILURE;
