"""Turns a lab's records and the filters into one HTML file that can be read, printed and kept."""
