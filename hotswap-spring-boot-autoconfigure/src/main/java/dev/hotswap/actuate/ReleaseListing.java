package dev.hotswap.actuate;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hotswap.release.ReleaseException;
import dev.hotswap.release.ReleaseStore;
import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;

/**
 * The releases that a handoff can launch, as the endpoint shows them. The folder is read
 * each time. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ReleaseListing {

	private final @Nullable Releases releases;

	/**
	 * Create a listing.
	 * @param releases the releases of this process, or {@code null} where they are not
	 * known
	 */
	public ReleaseListing(@Nullable Releases releases) {
		this.releases = releases;
	}

	/**
	 * List them.
	 * @return the listing, or {@code null} where there is no folder of releases
	 */
	@Nullable Object describe() {
		ReleaseStore store = (this.releases != null) ? this.releases.store() : null;
		return (store != null) ? describe(store, this.releases.running()) : null;
	}

	private static Listing describe(ReleaseStore store, @Nullable String running) {
		String problem = null;
		String current = null;
		List<ReleaseStore.Entry> entries = List.of();
		try {
			entries = store.list();
			current = store.current();
		}
		catch (ReleaseException ex) {
			problem = ex.getMessage();
		}
		String isCurrent = current;
		return new Listing(store.directory().toString(), isCurrent, running, problem,
				entries.stream().map((entry) -> entry(entry, isCurrent, running)).toList());
	}

	private static Entry entry(ReleaseStore.Entry entry, @Nullable String current, @Nullable String running) {
		return new Entry(entry.version(), entry.jar(), entry.modified(), entry.version().equals(current),
				entry.version().equals(running), entry.problem());
	}

	/**
	 * The folder of releases.
	 *
	 * @param directory the folder
	 * @param current the version that has proven itself, or {@code null}
	 * @param running the version that this process runs, or {@code null}
	 * @param problem what is wrong with the folder, or {@code null}
	 * @param releases what is there, the newest first
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Listing(String directory, @Nullable String current, @Nullable String running, @Nullable String problem,
			List<Entry> releases) {

	}

	/**
	 * One of them.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Entry(String version, @Nullable String jar, Instant modified, boolean current, boolean running,
			@Nullable String problem) {

	}

}
