/** Flight Recorder events of a layer. The events are documented, the classes are not an API. */
@NullMarked
package io.github.moe4j.core.internal.watch;

import org.jspecify.annotations.NullMarked;
