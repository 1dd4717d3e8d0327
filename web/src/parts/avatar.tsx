interface AvatarProps {
  user: { displayName: string; username: string; avatarUrl: string | null } | null;
  size?: 'small' | 'middle' | 'large' | 'huge';
}

/** A person's picture, or the first letter of their name. It stands beside the name, so it says nothing itself. */
export function Avatar({ user, size = 'middle' }: AvatarProps) {
  const className = `avatar avatar-${size}`;
  if (user?.avatarUrl) {
    return <img className={className} src={user.avatarUrl} alt="" loading="lazy" decoding="async" />;
  }
  const name = user?.displayName || user?.username || '?';
  return (
    <span className={className} aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  );
}
