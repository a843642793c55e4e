/**
 * Ranks as the tasks of a barrier stage of Apache Spark: {@link io.github.moe4j.spark.SparkRanks} starts them, Spark tells
 * them each other's addresses and supervises them, and they exchange over sockets of their own.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.spark;

import org.jspecify.annotations.NullMarked;
