// Package eventlog reads what Spark 2.x to 4.x writes about an application: one streaming pass over plain, zstd, gz, lz4 and
// snappy files, rolling directories, Databricks rollovers, and logs that are still being written or end in the middle.
//
// Read gathers a whole Application. Events hands over each event as a struct instead, and goes on where it stopped before.
//
// Times are milliseconds since 1970 UTC, as Spark writes them; 0 is "not known". Durations are milliseconds, sizes are bytes.
// What the log does not say stays 0 or empty, and a field that could be mistaken has a Has… or a count beside it: not measured
// is not zero.
package eventlog
