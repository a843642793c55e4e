/** JMH benchmarks: {@code java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh}, arguments as JMH's own. */
@NullMarked
package io.github.moe4j.bench.jmh;

import org.jspecify.annotations.NullMarked;
