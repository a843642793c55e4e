/** What only this library's own tests use: not an API. */
@NullMarked
package io.github.moe4j.testkit.internal;

import org.jspecify.annotations.NullMarked;
