# filled by the floor's author
