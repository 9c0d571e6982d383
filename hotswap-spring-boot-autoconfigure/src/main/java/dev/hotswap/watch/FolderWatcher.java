package dev.hotswap.watch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Reports that something may have changed in folders, on a thread of its own. It sleeps
 * while nothing happens.
 */
final class FolderWatcher implements Closeable {

	private static final Log logger = LogFactory.getLog(FolderWatcher.class);

	private final WatchService service;

	private final Runnable changed;

	private volatile Map<WatchKey, Predicate<String>> keys = Map.of();

	/**
	 * Create a watcher of nothing.
	 * @param changed called on the watcher's thread; not to block
	 * @throws IOException if the kernel's limit of inotify instances is reached
	 */
	FolderWatcher(Runnable changed) throws IOException {
		this.service = FileSystems.getDefault().newWatchService();
		this.changed = changed;
		Thread thread = new Thread(this::run, "hotswap-watch-folders");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Watch these folders from now on, and no others. A folder that does not exist or may
	 * not be read is left out: another one, in which its name is, tells when it does.
	 * @param folders the names that matter, by folder
	 * @throws IOException if the kernel's limit of watches is reached
	 */
	void watch(Map<Path, ? extends Predicate<String>> folders) throws IOException {
		// The kernel knows folders and not their paths: two may be one
		Map<WatchKey, Predicate<String>> keys = new HashMap<>();
		for (Map.Entry<Path, ? extends Predicate<String>> folder : folders.entrySet()) {
			try {
				WatchKey key = folder.getKey()
					.register(this.service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY,
							StandardWatchEventKinds.ENTRY_DELETE);
				keys.merge(key, folder.getValue(), Predicate::or);
			}
			catch (NoSuchFileException | NotDirectoryException | AccessDeniedException ex) {
				logger.debug("Not watched: " + folder.getKey(), ex);
			}
		}
		Map<WatchKey, Predicate<String>> before = this.keys;
		this.keys = keys;
		before.keySet().stream().filter((key) -> !keys.containsKey(key)).forEach(WatchKey::cancel);
	}

	int size() {
		return this.keys.size();
	}

	private void run() {
		try {
			while (true) {
				look(this.service.take());
			}
		}
		catch (ClosedWatchServiceException ex) {
			logger.debug("Closed");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void look(WatchKey key) {
		boolean matters = false;
		for (WatchEvent<?> event : key.pollEvents()) {
			// Without a name, events have been lost. A folder that is not known yet is
			// read after it is
			Predicate<String> names = this.keys.getOrDefault(key, (name) -> false);
			matters |= event.context() == null || names.test(event.context().toString());
		}
		if (!key.reset()) {
			// The folder has gone; there may be another one of its name
			matters |= this.keys.containsKey(key);
		}
		if (matters) {
			this.changed.run();
		}
	}

	@Override
	public void close() {
		try {
			this.service.close();
		}
		catch (IOException ex) {
			logger.debug("The watch service failed to close", ex);
		}
	}

}
