/** Used by this library's own tests only: not an API. */
@NullMarked
package io.github.moe4j.testkit.internal;

import org.jspecify.annotations.NullMarked;
