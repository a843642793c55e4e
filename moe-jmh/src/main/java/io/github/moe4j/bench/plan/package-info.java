/** Memory, traffic and time of published architectures on several machines, computed. */
@NullMarked
package io.github.moe4j.bench.plan;

import org.jspecify.annotations.NullMarked;
