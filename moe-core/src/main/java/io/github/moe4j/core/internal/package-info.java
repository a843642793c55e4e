/**
 * Row access, GEMM and checks behind the public types. Not an API: it may change in any release.
 */
@NullMarked
package io.github.moe4j.core.internal;

import org.jspecify.annotations.NullMarked;
