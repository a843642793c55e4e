/**
 * Proof that balancing balances: the lab's model, trained from routers that are collapsed on purpose
 * with each mechanism; and the registry of all losses. A new mechanism is one entry of {@link
 * io.github.moe4j.lab.balance.Mechanisms}, a new loss one of {@link
 * io.github.moe4j.lab.study.LossCatalogue}.
 */
@NullMarked
package io.github.moe4j.lab.study;

import org.jspecify.annotations.NullMarked;
