/**
 * Groups whose ranks are processes, on one machine or several, over TCP sockets of the JDK: {@link
 * io.github.moe4j.parallel.net.SocketGroup} connects them, a {@link io.github.moe4j.parallel.net.Rendezvous} tells the
 * ranks their addresses.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.parallel.net;

import org.jspecify.annotations.NullMarked;
