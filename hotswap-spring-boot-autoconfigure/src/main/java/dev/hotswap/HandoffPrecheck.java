package dev.hotswap;

import org.jspecify.annotations.Nullable;

/**
 * A bean that may refuse a handoff before anything is launched. Beans are asked in their
 * {@link org.springframework.core.annotation.Order order}, on a thread of their own, and
 * have ten seconds each; one that throws or takes longer refuses, by its name.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HandoffPrecheck {

	/**
	 * Say whether this process may hand over now.
	 * @return {@code null} to agree, or the reason for the refusal, written for an
	 * operator: what is wrong and what to do
	 * @throws Exception if it cannot be told, which refuses
	 */
	@Nullable String refuse() throws Exception;

	/**
	 * Say whether this process may hand over now, where that depends on how the handoff
	 * was started: at a {@linkplain HandoffTrigger#TAKEOVER takeover} the successor runs
	 * already and brings its own files.
	 * @param trigger what started the handoff
	 * @return as of {@link #refuse()}, which is asked by default
	 * @throws Exception if it cannot be told, which refuses
	 */
	default @Nullable String refuse(HandoffTrigger trigger) throws Exception {
		return refuse();
	}

}
