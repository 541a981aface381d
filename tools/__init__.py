"""What builds, stores and measures the book; the chapters import none of it."""
