/** Peers of a group over sockets that send something else than they should. */
@NullMarked
package io.github.moe4j.fuzz.frames;

import org.jspecify.annotations.NullMarked;
